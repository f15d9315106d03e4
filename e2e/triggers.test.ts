import { createHash, randomBytes } from 'node:crypto';
import { startTestServer, type TestServer } from '@tessera/testkit';
import { decodeJwt, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const CALLBACK = 'http://127.0.0.1:9/callback';
const AUDIENCE = 'https://reports.example.com/';
const PASSWORD = 'correct horse battery staple 1';
const CLAIM = 'https://example.com/from';

interface Application {
  readonly client_id: string;
  readonly client_secret: string;
}

/** A browser that follows redirects on the server by hand. */
class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #server: TestServer;
  /** The last page, for messages. */
  last = '';

  constructor(server: TestServer) {
    this.#server = server;
  }

  async open(path: string, form?: Record<string, string>) {
    const answer = await this.#server.fetch(new URL(path, this.#server.url), {
      headers: { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]?.split(/=(.*)/) ?? [];
      this.cookies.set(name, value);
    }
    this.last = await answer.text();
    return { text: this.last, to: answer.headers.get('location') };
  }

  /** From an authorization request to the application's callback; fills in the form on the way. */
  async authorize(url: string, person?: { readonly email: string }): Promise<URLSearchParams> {
    let { to } = await this.open(url);
    if (to?.startsWith('/u/') && person !== undefined) {
      const { text } = await this.open(to);
      const hidden = [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
      const fields = hidden.map(([, name = '', value = '']): [string, string] => [name, value]);
      const isSignUp = to.startsWith('/u/signup');
      const identifier = isSignUp ? 'email' : 'identifier';
      const page = isSignUp ? '/u/signup' : '/u/login';
      const form = {
        ...Object.fromEntries(fields),
        [identifier]: person.email,
        password: PASSWORD,
      };
      ({ to } = await this.open(page, form));
    }
    while (to?.startsWith('/') || to?.startsWith(this.#server.url)) {
      ({ to } = await this.open(to));
    }
    if (!to?.startsWith(CALLBACK))
      throw new Error(`the application was not reached but ${to}: ${this.last.slice(0, 2000)}`);
    return new URL(to).searchParams;
  }
}

let server: TestServer;
let web: Application;
let machine: Application;
let connection: string;
let people = 0;

beforeAll(async () => {
  server = await startTestServer();
  const { management } = server;
  web = await management.ok('POST', 'clients', {
    name: 'Web',
    app_type: 'regular_web',
    callbacks: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
  });
  machine = await management.ok('POST', 'clients', { name: 'M', app_type: 'non_interactive' });
  await management.ok('POST', 'resource-servers', {
    name: 'Reports',
    identifier: AUDIENCE,
    allow_offline_access: true,
  });
  const grant = { client_id: machine.client_id, audience: AUDIENCE, scope: [] };
  await management.ok('POST', 'client-grants', grant);
  [{ name: connection }] = await management.ok('GET', 'connections');
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

const VERSIONS: Readonly<Record<string, string>> = { 'post-login': 'v3' };

/** Binds one action, and no other, to the trigger. */
async function bind(id: string, code: string): Promise<void> {
  await server.management.ok('PATCH', `actions/triggers/${id}/bindings`, { bindings: [] });
  const trigger = { id, version: VERSIONS[id] ?? 'v2' };
  const name = `Of ${id} ${randomBytes(4).toString('hex')}`;
  await server.management.deployAction({ name, trigger, code });
}

function newPerson() {
  people += 1;
  return { email: `person${people}@example.com` };
}

async function addPerson(): Promise<{ email: string; user_id: string }> {
  return await server.management.ok('POST', 'users', {
    connection,
    ...newPerson(),
    password: PASSWORD,
  });
}

/** A login of an application that may refresh, and what redeems its code. */
class Login {
  readonly visitor = new Visitor(server);
  readonly #verifier = randomBytes(32).toString('base64url');

  async authorize(person?: { readonly email: string }, parameters: Record<string, string> = {}) {
    const query = new URLSearchParams({
      client_id: web.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid offline_access',
      audience: AUDIENCE,
      code_challenge: createHash('sha256').update(this.#verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return await this.visitor.authorize(`/authorize?${query}`, person);
  }

  async tokens(person?: { readonly email: string }, parameters: Record<string, string> = {}) {
    return await this.redeem(await this.authorize(person, parameters));
  }

  async redeem(callback: URLSearchParams) {
    return await token({
      grant_type: 'authorization_code',
      ...credentials(web),
      code: callback.get('code') ?? '',
      code_verifier: this.#verifier,
      redirect_uri: CALLBACK,
    });
  }
}

const credentials = ({ client_id, client_secret }: Application) => ({ client_id, client_secret });

async function token(form: Record<string, string>) {
  const answer = await server.fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  const body = (await answer.json()) as Record<string, string>;
  return { status: answer.status, ...body } as { status: number } & Record<string, string>;
}

const refresh = (refreshToken = '') =>
  token({ grant_type: 'refresh_token', ...credentials(web), refresh_token: refreshToken });

const claimsOf = (jwt = ''): JWTPayload => decodeJwt(jwt);

/** Executions that the newest log entry of this type and user (or application) names. */
async function executionsOf(type: string, of: string): Promise<readonly string[]> {
  const entries = await server.management.ok('GET', 'logs?per_page=50&sort=date:-1');
  const entry = entries.find(
    (one: Record<string, unknown>) =>
      one.type === type && [one.user_id, one.client_id].includes(of),
  );
  if (entry === undefined) throw new Error(`no entry ${type} of ${of}`);
  return entry.details?.actions?.executions ?? [];
}

/** The finished record of the run of `triggerId` among the executions. */
async function recordOf(triggerId: string, ids: readonly string[]) {
  const until = Date.now() + 60_000;
  for (;;) {
    for (const id of ids) {
      const { status, body } = await server.management.request(
        'GET',
        `actions/executions/${encodeURIComponent(id)}`,
      );
      if (status === 200 && body.trigger_id === triggerId && body.status !== 'pending') return body;
    }
    if (Date.now() > until) throw new Error(`no record of ${triggerId} among ${ids.join(', ')}`);
    // Asking again is this API's own way to learn that a run in the background has ended.
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Where the action notes that it ran, and with what. */
const NOTE = (what: string) => `console.log(JSON.stringify(${what}));`;

/** Names one way into a trigger. Resolves with where the log names the run, and what the flow came to. */
interface Visit {
  readonly logType: string;
  readonly of: string;
  readonly outcome?: unknown;
}

const POST_LOGIN = `exports.onExecutePostLogin = async (event, api) => {
  ${NOTE('[event.transaction.protocol, event.request.hostname]')}
  const visits = Number(event.session?.metadata?.visits ?? 0) + 1;
  api.session.setMetadata('visits', String(visits));
  api.idToken.setCustomClaim('${CLAIM}', [event.transaction.protocol, visits]);
};`;
const PRE_REGISTRATION = `exports.onExecutePreUserRegistration = async (event, api) => {
  ${NOTE('[event.user.email]')}
  api.user.setUserMetadata('from', 'pre-user-registration');
};`;
const POST_REGISTRATION = `exports.onExecutePostUserRegistration = async (event) => {
  ${NOTE('[event.user.user_id]')}
};`;
const CHANGED_PASSWORD = `exports.onExecutePostChangePassword = async (event) => {
  ${NOTE('[event.user.user_id, event.connection.name]')}
};`;
const EXCHANGE = `exports.onExecuteCredentialsExchange = async (event, api) => {
  ${NOTE('[event.client.client_id]')}
  api.accessToken.setCustomClaim('${CLAIM}', 'credentials-exchange');
};`;

async function signUpByApi(): Promise<string> {
  const answer = await server.fetch(`${server.url}/dbconnections/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: web.client_id,
      connection,
      ...newPerson(),
      password: PASSWORD,
    }),
  });
  const { _id: id } = (await answer.json()) as { _id: string };
  return `auth0|${id}`;
}

async function signUpByPage(): Promise<string> {
  const { id_token: idToken } = await new Login().tokens(newPerson(), { screen_hint: 'signup' });
  return String(claimsOf(idToken).sub);
}

async function registered(userId: string): Promise<Visit> {
  const { user_metadata: outcome } = await server.management.ok('GET', `users/${userId}`);
  return { logType: 'ss', of: userId, outcome };
}

const BY_PRE = { from: 'pre-user-registration' };

const PLACES: [
  trigger: string,
  place: string,
  code: string,
  visit: () => Promise<Visit>,
  outcome: unknown,
][] = [
  [
    'post-login',
    'a login',
    POST_LOGIN,
    async () => {
      const person = await addPerson();
      const { id_token: idToken } = await new Login().tokens(person);
      return { logType: 's', of: person.user_id, outcome: claimsOf(idToken)[CLAIM] };
    },
    ['oidc-basic-profile', 1],
  ],
  [
    'post-login',
    'a login with an earlier session',
    POST_LOGIN,
    async () => {
      const person = await addPerson();
      const login = new Login();
      await login.tokens(person);
      const { id_token: idToken } = await login.tokens();
      return { logType: 's', of: person.user_id, outcome: claimsOf(idToken)[CLAIM] };
    },
    ['oidc-basic-profile', 2],
  ],
  [
    'post-login',
    'a silent login',
    POST_LOGIN,
    async () => {
      const person = await addPerson();
      const login = new Login();
      await login.tokens(person);
      const { id_token: idToken } = await login.tokens(undefined, { prompt: 'none' });
      return { logType: 'ssa', of: person.user_id, outcome: claimsOf(idToken)[CLAIM] };
    },
    ['oidc-basic-profile', 2],
  ],
  [
    'post-login',
    'a refresh',
    POST_LOGIN,
    async () => {
      const person = await addPerson();
      const { refresh_token: refreshToken } = await new Login().tokens(person);
      const { id_token: idToken } = await refresh(refreshToken);
      return { logType: 'sertft', of: person.user_id, outcome: claimsOf(idToken)[CLAIM] };
    },
    ['oauth2-refresh-token', 2],
  ],
  [
    'credentials-exchange',
    'a machine’s request for a token',
    EXCHANGE,
    async () => {
      const form = { grant_type: 'client_credentials', audience: AUDIENCE };
      const { access_token: accessToken } = await token({ ...form, ...credentials(machine) });
      const outcome = claimsOf(accessToken)[CLAIM];
      return { logType: 'seccft', of: machine.client_id, outcome };
    },
    'credentials-exchange',
  ],
  [
    'pre-user-registration',
    'a signup without a page',
    PRE_REGISTRATION,
    async () => await registered(await signUpByApi()),
    BY_PRE,
  ],
  [
    'pre-user-registration',
    'a signup on the page',
    PRE_REGISTRATION,
    async () => await registered(await signUpByPage()),
    BY_PRE,
  ],
  [
    'pre-user-registration',
    'a user by the management API',
    PRE_REGISTRATION,
    async () => await registered((await addPerson()).user_id),
    BY_PRE,
  ],
  [
    'post-user-registration',
    'a signup without a page',
    POST_REGISTRATION,
    async () => await registered(await signUpByApi()),
    undefined,
  ],
  [
    'post-user-registration',
    'a signup on the page',
    POST_REGISTRATION,
    async () => await registered(await signUpByPage()),
    undefined,
  ],
  [
    'post-user-registration',
    'a user by the management API',
    POST_REGISTRATION,
    async () => await registered((await addPerson()).user_id),
    undefined,
  ],
  [
    'post-change-password',
    'a new password by the management API',
    CHANGED_PASSWORD,
    async () => {
      const { user_id: userId } = await addPerson();
      await server.management.ok('PATCH', `users/${userId}`, { password: `${PASSWORD} new` });
      return { logType: 'scp', of: userId };
    },
    undefined,
  ],
];

describe('each trigger runs from its place', () => {
  afterEach(async () => {
    for (const id of new Set(PLACES.map(([trigger]) => trigger))) {
      await server.management.ok('PATCH', `actions/triggers/${id}/bindings`, { bindings: [] });
    }
  });

  test.for(PLACES)('%s: %s', async ([trigger, , code, visit, outcome]) => {
    await bind(trigger, code);
    const { logType, of, outcome: actual } = await visit();
    expect(actual).toEqual(outcome);
    const record = await recordOf(trigger, await executionsOf(logType, of));
    expect(record).toMatchObject({ trigger_id: trigger, status: 'final' });
    expect(record.results).toHaveLength(1);
    expect(record.results[0]).toMatchObject({ outcome: 'completed' });
    expect(record.results[0].error).toBeUndefined();
    // The one line that the action wrote.
    expect(record.results[0].logs).toEqual([
      expect.objectContaining({ level: 'log', message: expect.stringMatching(/^\[".+"\]$/) }),
    ]);
  });
});

/** What an Action may ask of a login, and how it ends: at the login, silently with a session, and at a refresh. */
const WISHES: [call: string, ends: readonly [login: string, silent: string, refresh: string]][] = [
  ['api.access.deny("no")', ['access_denied: no', 'access_denied: no', 'access_denied: no']],
  [
    'api.session.revoke("gone")',
    ['access_denied: gone', 'access_denied: gone', 'access_denied: gone'],
  ],
  [
    'api.refreshToken.revoke("gone")',
    ['access_denied: gone', 'access_denied: gone', 'access_denied: gone'],
  ],
  ['api.session.setExpiresAt(Date.now() + 60000)', ['', '', '']],
  ['api.refreshToken.setExpiresAt(Date.now() + 60000)', ['', '', '']],
  ['api.authentication.setPrimaryUser(event.user.user_id)', ['', '', '']],
  ...(
    [
      ['authentication.challengeWith', `{ type: 'otp' }`],
      ['authentication.challengeWithAny', `[{ type: 'otp' }]`],
      ['authentication.enrollWith', `{ type: 'otp' }`],
      ['authentication.enrollWithAny', `[{ type: 'otp' }]`],
      ['multifactor.enable', `'any'`],
      ['prompt.render', `'ap_form'`],
    ] as const
  ).map(([method, args]): (typeof WISHES)[number] => {
    const text = `: An action asked for … (api.${method}), which this server does not offer yet.`;
    const needsBrowser = `interaction_required${text}`;
    return [`api.${method}(${args})`, [`access_denied${text}`, needsBrowser, needsBrowser]];
  }),
];

describe('what an Action asks of a login', () => {
  const describeEnd = (error = '', description = '') =>
    error === '' ? '' : `${error}: ${description.replace(/(?<=asked for ).+(?= \(api)/, '…')}`;
  const endOf = (answer: URLSearchParams) =>
    describeEnd(answer.get('error') ?? '', answer.get('error_description') ?? '');

  test.for(WISHES)('%s', async ([call, [atLogin, silently, atRefresh]]) => {
    const unbind = () =>
      server.management.ok('PATCH', 'actions/triggers/post-login/bindings', { bindings: [] });
    await unbind();
    const person = await addPerson();
    const login = new Login();
    const { refresh_token: refreshToken } = await login.tokens(person);
    await bind(
      'post-login',
      `exports.onExecutePostLogin = async (event, api) => { ${call}; };
      exports.onContinuePostLogin = async () => {};`,
    );
    const fresh = new Login();
    const first = await fresh.authorize(person);
    expect(endOf(first)).toBe(atLogin);
    expect(first.has('code')).toBe(atLogin === '');
    const refreshed = await refresh(refreshToken);
    expect(describeEnd(refreshed.error, refreshed.error_description)).toBe(atRefresh);
    expect('access_token' in refreshed).toBe(atRefresh === '');
    if (call.startsWith('api.session.revoke')) {
      // The refresh ended the session too.
      expect((await login.authorize(undefined, { prompt: 'none' })).get('error')).toBe(
        'login_required',
      );
      return;
    }
    const silent = await login.authorize(undefined, { prompt: 'none' });
    expect(endOf(silent)).toBe(silently);
    expect(silent.has('code')).toBe(silently === '');
    if (!silently.startsWith('interaction_required')) return;
    const record = await recordOf('post-login', await executionsOf('fsa', person.user_id));
    expect(record.results[0].error.msg).toContain('which this server does not offer yet');
  });

  test('ends that have passed are enforced: of the session, and of the refresh token', async () => {
    const person = await addPerson();
    const login = new Login();
    await bind(
      'post-login',
      `exports.onExecutePostLogin = async (event, api) => {
        api.session.setExpiresAt(Date.now());
        api.refreshToken.setExpiresAt(Date.now());
      };`,
    );
    const tokens = await login.tokens(person);
    expect(tokens.status).toBe(200);
    const silent = await login.authorize(undefined, { prompt: 'none' });
    expect(silent.get('error')).toBe('login_required');
    expect(await refresh(tokens.refresh_token)).toMatchObject({
      status: 403,
      error: 'invalid_grant',
    });
  });

  test('what was noted and completed is told to later logins and refreshes', async () => {
    const person = await addPerson();
    const login = new Login();
    const elsewhere = `${CALLBACK}?elsewhere`;
    await bind(
      'post-login',
      `const NOTE = (event, api) => api.idToken.setCustomClaim('${CLAIM}', {
        session: event.session.metadata ?? {},
        refreshToken: event.refresh_token?.metadata ?? {},
        methods: event.authentication.methods.map(({ name }) => name),
      });
      exports.onExecutePostLogin = async (event, api) => {
        NOTE(event, api);
        if (event.session.metadata?.seen) return;
        api.session.setMetadata('seen', 'yes');
        api.refreshToken.setMetadata('app', 'web');
        api.redirect.sendUserTo('${elsewhere}');
      };
      exports.onContinuePostLogin = async (event, api) => {
        api.authentication.recordMethod('https://verify.example.com/');
      };`,
    );
    const sent = await login.authorize(person);
    expect(sent.has('elsewhere')).toBe(true);
    const state = sent.get('state') ?? '';
    const { refresh_token: refreshToken } = await login.redeem(
      await login.visitor.authorize(`/continue?state=${state}`),
    );
    const known = { session: { seen: 'yes' }, methods: ['pwd', 'https://verify.example.com/'] };
    const silent = await login.tokens(undefined, { prompt: 'none' });
    expect(claimsOf(silent.id_token)[CLAIM]).toEqual({ ...known, refreshToken: {} });
    const refreshed = await refresh(refreshToken);
    expect(claimsOf(refreshed.id_token)[CLAIM]).toEqual({ ...known, refreshToken: { app: 'web' } });
  });
});
