import { decodeJwt, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AUDIENCE, credentialsOf, LoginFlows } from './login-flows.ts';
import { PASSWORD } from './visitor.ts';

const CLAIM = 'https://example.com/from';

let flows: LoginFlows;
beforeAll(async () => {
  flows = await LoginFlows.open();
});
afterAll(() => flows?.[Symbol.asyncDispose]());

const claimsOf = (jwt = ''): JWTPayload => decodeJwt(jwt);

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
  const answer = await flows.server.fetch(`${flows.server.url}/dbconnections/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: flows.web.client_id,
      connection: flows.connection,
      ...flows.newPerson(),
      password: PASSWORD,
    }),
  });
  const { _id: id } = (await answer.json()) as { _id: string };
  return `auth0|${id}`;
}

async function signUpByPage(): Promise<string> {
  const { id_token: idToken } = await flows
    .newLogin()
    .tokens(flows.newPerson(), { screen_hint: 'signup' });
  return String(claimsOf(idToken).sub);
}

async function registered(userId: string): Promise<Visit> {
  const { user_metadata: outcome } = await flows.server.management.ok('GET', `users/${userId}`);
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
      const person = await flows.addPerson();
      const { id_token: idToken } = await flows.newLogin().tokens(person);
      return { logType: 's', of: person.user_id, outcome: claimsOf(idToken)[CLAIM] };
    },
    ['oidc-basic-profile', 1],
  ],
  [
    'post-login',
    'a login with an earlier session',
    POST_LOGIN,
    async () => {
      const person = await flows.addPerson();
      const login = flows.newLogin();
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
      const person = await flows.addPerson();
      const login = flows.newLogin();
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
      const person = await flows.addPerson();
      const { refresh_token: refreshToken } = await flows.newLogin().tokens(person);
      const { id_token: idToken } = await flows.refresh(refreshToken);
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
      const { access_token: accessToken } = await flows.token({
        ...form,
        ...credentialsOf(flows.machine),
      });
      const outcome = claimsOf(accessToken)[CLAIM];
      return { logType: 'seccft', of: flows.machine.client_id, outcome };
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
    async () => await registered((await flows.addPerson()).user_id),
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
    async () => await registered((await flows.addPerson()).user_id),
    undefined,
  ],
  [
    'post-change-password',
    'a new password by the management API',
    CHANGED_PASSWORD,
    async () => {
      const { user_id: userId } = await flows.addPerson();
      await flows.server.management.ok('PATCH', `users/${userId}`, { password: `${PASSWORD} new` });
      return { logType: 'scp', of: userId };
    },
    undefined,
  ],
];

describe('each trigger runs from its place', () => {
  afterEach(async () => {
    for (const id of new Set(PLACES.map(([trigger]) => trigger))) {
      await flows.unbind(id);
    }
  });

  test.for(PLACES)('%s: %s', async ([trigger, , code, visit, outcome]) => {
    await flows.bind(trigger, code);
    const { logType, of, outcome: actual } = await visit();
    expect(actual).toEqual(outcome);
    const record = await flows.recordOf(trigger, await flows.executionsOf(logType, of));
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
