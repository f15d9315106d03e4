import { decodeJwt, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LoginFlows } from './login-flows.ts';
import { CALLBACK } from './visitor.ts';

const CLAIM = 'https://example.com/from';

let flows: LoginFlows;
beforeAll(async () => {
  flows = await LoginFlows.open();
});
afterAll(() => flows?.[Symbol.asyncDispose]());

const claimsOf = (jwt = ''): JWTPayload => decodeJwt(jwt);

const NONE_OF_ITS_FACTORS = 'An action asked for … (api.METHOD).';
const NONE_ENABLED =
  'An action asked to set up a factor of which the tenant has enabled none (api.METHOD).';
const NO_FACTORS =
  'access_denied: The login needs a second factor, but the tenant has enabled none.';

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
  // The person has no factor, the tenant has enabled none, and there is no such form.
  ...(
    [
      ['authentication.challengeWith', `{ type: 'otp' }`, NONE_OF_ITS_FACTORS],
      ['authentication.challengeWithAny', `[{ type: 'otp' }]`, NONE_OF_ITS_FACTORS],
      ['authentication.enrollWith', `{ type: 'otp' }`, NONE_ENABLED],
      ['authentication.enrollWithAny', `[{ type: 'otp' }]`, NONE_ENABLED],
      ['prompt.render', `'ap_form'`, 'An action asked for … (api.prompt.render).'],
    ] as const
  ).map(([method, args, refusal]): (typeof WISHES)[number] => {
    const needsBrowser = `interaction_required: An action asked for … (api.${method}), which needs a browser.`;
    const text = refusal.replace('METHOD', method);
    return [`api.${method}(${args})`, [`access_denied: ${text}`, needsBrowser, needsBrowser]];
  }),
  [
    `api.multifactor.enable('any')`,
    [
      NO_FACTORS,
      NO_FACTORS,
      'interaction_required: An action asked for … (api.multifactor.enable), which needs a browser.',
    ],
  ],
];

describe('what an Action asks of a login', () => {
  const describeEnd = (error = '', description = '') =>
    error === '' ? '' : `${error}: ${description.replace(/(?<=asked for ).+(?= \(api)/, '…')}`;
  const endOf = (answer: URLSearchParams) =>
    describeEnd(answer.get('error') ?? '', answer.get('error_description') ?? '');

  test.for(WISHES)('%s', async ([call, [atLogin, silently, atRefresh]]) => {
    await flows.unbind('post-login');
    const person = await flows.addPerson();
    const login = flows.newLogin();
    const { refresh_token: refreshToken } = await login.tokens(person);
    await flows.bind(
      'post-login',
      `exports.onExecutePostLogin = async (event, api) => { ${call}; };
      exports.onContinuePostLogin = async () => {};`,
    );
    const fresh = flows.newLogin();
    const first = await fresh.authorize(person);
    expect(endOf(first)).toBe(atLogin);
    expect(first.has('code')).toBe(atLogin === '');
    const refreshed = await flows.refresh(refreshToken);
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
    const record = await flows.recordOf(
      'post-login',
      await flows.executionsOf('fsa', person.user_id),
    );
    expect(record.results[0].error.msg).toContain('which needs a browser');
  });

  test('ends that have passed are enforced: of the session, and of the refresh token', async () => {
    const person = await flows.addPerson();
    const login = flows.newLogin();
    await flows.bind(
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
    expect(await flows.refresh(tokens.refresh_token)).toMatchObject({
      status: 403,
      error: 'invalid_grant',
    });
  });

  test('what was noted and completed is told to later logins and refreshes', async () => {
    const person = await flows.addPerson();
    const login = flows.newLogin();
    const elsewhere = `${CALLBACK}?elsewhere`;
    await flows.bind(
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
    const refreshed = await flows.refresh(refreshToken);
    expect(claimsOf(refreshed.id_token)[CLAIM]).toEqual({ ...known, refreshToken: { app: 'web' } });
  });
});
