import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { api, CLIENT_SECRET, CONNECTION, client, user } from './support/entities.ts';
import { PASSWORD } from './support/fake-direct-logins.ts';
import { denied, failed, suspended } from './support/fake-pipeline.ts';
import { type Answer, claimsOf, logTypesOf, postForm, postJson, refresh } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const REALM = 'http://auth0.com/oauth/grant-type/password-realm';
const PASSWORDLESS = 'http://auth0.com/oauth/grant-type/passwordless/otp';
const GRANTS = ['password', REALM, PASSWORDLESS, 'refresh_token'];
const API = 'https://api.example.com/';

let server: TestOidc;
let adaId: string;

beforeAll(async () => {
  server = await startOidc('password_grants');
  const { main, store } = server;
  await main.addClient({ clientId: 'cli', grantTypes: GRANTS });
  await main.addClient({ clientId: 'web' });
  await main.addClient({
    clientId: 'public',
    grantTypes: GRANTS,
    tokenEndpointAuthMethod: 'none',
    clientSecret: '',
  });
  await main.addClient({ clientId: 'partner', grantTypes: GRANTS, isFirstParty: false });
  await main.addApi({ identifier: API });
  await main.addApi({ identifier: 'urn:rbac', enforcePolicies: true, allowOfflineAccess: false });
  await main.store.connections.create({
    ...CONNECTION,
    id: 'con_0000000000000002',
    name: 'others',
    realms: ['others'],
    isDomainConnection: false,
  });
  await main.store.connections.create({
    ...CONNECTION,
    id: 'con_0000000000000003',
    name: 'email',
    strategy: 'email',
    realms: [],
  });
  adaId = (await main.addUser('ada')).userId;
  await main.store.users.create(user('bob', { blocked: true }));
  await main.store.users.create(
    user('eve', {
      userId: 'email|eve',
      identities: [{ connection: 'email', provider: 'email', userId: 'eve', isSocial: false }],
    }),
  );
  await store.tenants.updateSettings(main.tenant.id, { defaultDirectory: 'people' });
  await server.reload();
});
afterAll(() => server?.[Symbol.asyncDispose]());
afterEach(() => {
  server.pipeline.off('post-login');
  server.pipeline.runs.length = 0;
});

function ask(form: Record<string, string>): Promise<Answer> {
  return postForm(`${server.main.url}/oauth/token`, {
    grant_type: 'password',
    client_id: 'cli',
    client_secret: CLIENT_SECRET,
    username: 'ada@example.com',
    password: PASSWORD,
    ...form,
  });
}

describe('password grant', () => {
  test('issues tokens for API and scopes, in the default directory', async () => {
    const answer = await ask({ audience: API, scope: 'openid email read:items offline_access' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(claimsOf(answer.body.access_token)).toMatchObject({
      iss: server.main.issuer,
      sub: adaId,
      azp: 'cli',
      gty: 'password',
      aud: [API, `${server.main.issuer}userinfo`],
      scope: 'openid email read:items offline_access',
    });
    const idToken = claimsOf(answer.body.id_token);
    expect(idToken).toMatchObject({ sub: adaId, aud: 'cli', email: 'ada@example.com' });
    expect(idToken).not.toHaveProperty('sid');
    expect(idToken).not.toHaveProperty('name');
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    const refreshed = await refresh(server.main, 'cli', answer.body.refresh_token);
    expect(claimsOf(refreshed.body.access_token)).toMatchObject({ sub: adaId });
  });

  test('grants everything the API has when nothing is asked for by name', async () => {
    const { body } = await ask({ audience: API });
    expect(body.scope.split(' ').toSorted()).toEqual(
      ['openid', 'profile', 'email', 'phone', 'read:items', 'write:items'].toSorted(),
    );
    expect(body).not.toHaveProperty('refresh_token');
  });

  test('holds people to their permissions, and APIs to their refresh tokens', async () => {
    await server.main.store.roles.grantToUser(adaId, [
      { resourceServerIdentifier: 'urn:rbac', permissionName: 'read:items' },
    ]);
    const scope = 'read:items write:items offline_access';
    const { body } = await ask({ audience: 'urn:rbac', scope });
    expect(body.scope).toBe('read:items');
    expect(body).not.toHaveProperty('refresh_token');
  });

  test('opens userinfo when no API is named', async () => {
    const { body } = await ask({ scope: 'openid email' });
    const headers = { authorization: `Bearer ${body.access_token}` };
    const answer = await fetch(`${server.main.url}/userinfo`, { headers });
    expect(await answer.json()).toMatchObject({ sub: adaId, email: 'ada@example.com' });
  });

  test('takes JSON, public clients, and a realm', async () => {
    const { status } = await postJson(`${server.main.url}/oauth/token`, {
      grant_type: REALM,
      client_id: 'public',
      username: 'ada@example.com',
      password: PASSWORD,
      realm: 'people',
    });
    expect(status).toBe(200);
  });

  test('logs who got what, and why not', async () => {
    expect(await logTypesOf(server.main, () => ask({}))).toEqual(['sepft']);
    expect(await logTypesOf(server.main, () => ask({ password: 'wrong' }))).toEqual(['fepft']);
  });
});

const refusals: [name: string, form: Record<string, string>, status: number, body: object][] = [
  [
    'a wrong password',
    { password: 'wrong' },
    403,
    { error: 'invalid_grant', error_description: 'Wrong email or password.' },
  ],
  [
    'an unknown person, with the same words',
    { username: 'nobody@example.com' },
    403,
    { error: 'invalid_grant', error_description: 'Wrong email or password.' },
  ],
  [
    'a blocked person',
    { username: 'bob@example.com' },
    403,
    { error: 'unauthorized', error_description: 'user is blocked' },
  ],
  [
    'too many attempts',
    { username: 'throttled@example.com' },
    429,
    { error: 'too_many_attempts', error_description: 'Please wait a while.' },
  ],
  [
    'no username',
    { username: '' },
    400,
    { error: 'invalid_request', error_description: 'Missing required parameter: username' },
  ],
  [
    'no password',
    { password: '' },
    400,
    { error: 'invalid_request', error_description: 'Missing required parameter: password' },
  ],
  [
    'an application without the grant type',
    { client_id: 'web' },
    403,
    {
      error: 'unauthorized_client',
      error_description: "Grant type 'password' not allowed for the client.",
    },
  ],
  ['wrong client credentials', { client_secret: 'x' }, 401, { error: 'access_denied' }],
  ['an unknown API', { audience: 'urn:unknown' }, 403, { error: 'access_denied' }],
  ['no realm', { grant_type: REALM }, 400, { error: 'invalid_request' }],
  ['an unknown realm', { grant_type: REALM, realm: 'x' }, 403, { error: 'unauthorized_client' }],
  [
    'a realm that is not enabled for the application, like an unknown one',
    { grant_type: REALM, realm: 'others' },
    403,
    { error: 'unauthorized_client' },
  ],
  [
    'a realm without passwords',
    { grant_type: REALM, realm: 'email' },
    403,
    { error: 'unauthorized_client' },
  ],
  [
    'a third-party application that the person has not consented to',
    { client_id: 'partner', scope: 'openid' },
    403,
    { error: 'consent_required', error_description: 'Consent required' },
  ],
];

describe('grants with a password', () => {
  test.for(refusals)('refuse %s', async ([, form, status, body]) => {
    const answer = await ask(form);
    expect(answer).toMatchObject({ status, body });
    expect(JSON.stringify(answer.body)).not.toContain(PASSWORD);
  });

  test('say when it is worth trying again', async () => {
    const { headers } = await ask({ username: 'throttled@example.com' });
    expect(headers.get('retry-after')).toBe('7');
  });

  test('refuse repeated parameters', async () => {
    const form = new URLSearchParams({ grant_type: 'password', client_id: 'public' });
    for (const name of ['ada@example.com', 'bob@example.com']) form.append('username', name);
    form.set('password', PASSWORD);
    const answer = await fetch(`${server.main.url}/oauth/token`, { method: 'POST', body: form });
    expect(answer.status).toBe(400);
  });

  test('need a default directory when no realm is named', async () => {
    const other = server.other;
    await other.addClient({ clientId: 'cli', grantTypes: GRANTS });
    const answer = await postForm(`${other.url}/oauth/token`, {
      grant_type: 'password',
      client_id: 'cli',
      client_secret: CLIENT_SECRET,
      username: 'ada@example.com',
      password: PASSWORD,
    });
    expect(answer).toMatchObject({ status: 403, body: { error: 'unauthorized_client' } });
    expect(answer.body.error_description).toMatch(/^Authorization server not configured with/);
  });
});

describe('post-login at the token endpoint', () => {
  test('sees a password login without a session, and no password', async () => {
    server.pipeline.completes('post-login', {});
    await ask({ audience: API, scope: 'openid read:items', correlation_id: 'trace-1' });
    const [run] = server.pipeline.runs;
    expect(run?.canRedirect).not.toBe(true);
    expect(run?.event).toMatchObject({
      transaction: {
        protocol: 'oauth2-password',
        requested_scopes: ['openid', 'read:items'],
        correlation_id: 'trace-1',
      },
      authentication: { methods: [{ name: 'pwd' }] },
      resource_server: { identifier: API },
      user: { user_id: adaId },
    });
    expect(run?.event).not.toHaveProperty('session');
    expect(JSON.stringify(run?.event)).not.toContain(PASSWORD);
  });

  test('changes claims and scopes, also of the tokens of a refresh', async () => {
    server.pipeline.completes('post-login', {
      accessTokenClaims: { 'https://example.com/plan': 'gold' },
      idTokenClaims: { 'https://example.com/plan': 'gold' },
      removedScopes: ['write:items'],
      userMetadata: { seen: true },
    });
    const scope = 'openid read:items write:items offline_access';
    const { body } = await ask({ audience: API, scope });
    expect(claimsOf(body.access_token)['https://example.com/plan']).toBe('gold');
    expect(claimsOf(body.id_token)['https://example.com/plan']).toBe('gold');
    expect(body.scope).toBe('openid read:items offline_access');
    expect((await server.main.store.users.find(adaId))?.userMetadata).toEqual({ seen: true });
    server.pipeline.off('post-login');
    const refreshed = await refresh(server.main, 'cli', body.refresh_token);
    expect(claimsOf(refreshed.body.access_token)['https://example.com/plan']).toBe('gold');
  });

  test('refuses, and then there are no tokens', async () => {
    for (const outcome of [denied('not today'), failed('broken')]) {
      server.pipeline.on('post-login', () => outcome);
      const { status, body } = await ask({});
      expect(status).toBe(403);
      expect(body).toMatchObject({ error: 'access_denied' });
      expect(body).not.toHaveProperty('access_token');
    }
  });

  test('cannot send a program to another page', async () => {
    server.pipeline.on('post-login', () => suspended('https://example.com/'));
    expect(await ask({})).toMatchObject({ status: 403, body: { error: 'interaction_required' } });
  });

  test('is told of a refresh that there is no session', async () => {
    const { body } = await ask({ audience: API, scope: 'openid offline_access' });
    server.pipeline.completes('post-login', { session: { expiresAt: 0 } });
    expect((await refresh(server.main, 'cli', body.refresh_token)).status).toBe(200);
    expect(server.pipeline.runs.at(-1)?.event).not.toHaveProperty('session');
  });
});

describe('passwordless/otp grant', () => {
  const form = {
    grant_type: PASSWORDLESS,
    username: 'eve@example.com',
    otp: PASSWORD,
    realm: 'email',
  };

  test('issues tokens for a code', async () => {
    server.pipeline.completes('post-login', {});
    const { body } = await ask({ ...form, scope: 'openid' });
    expect(claimsOf(body.id_token).sub).toBe('email|eve');
    expect(server.pipeline.runs[0]?.event).toMatchObject({
      authentication: { methods: [{ name: 'email' }] },
      connection: { name: 'email' },
    });
  });

  test('refuses a wrong code and says so in the log', async () => {
    const work = () => ask({ ...form, otp: '000000' });
    expect(await logTypesOf(server.main, work)).toEqual(['fepotpft']);
    expect(await work()).toMatchObject({ status: 403, body: { error: 'invalid_grant' } });
  });

  test('refuses a database as realm', async () => {
    const answer = await ask({ ...form, realm: 'people' });
    expect(answer).toMatchObject({ status: 403, body: { error: 'unauthorized_client' } });
  });
});

test('discovery names the grant types', async () => {
  const answer = await fetch(`${server.main.url}/.well-known/openid-configuration`);
  expect(await answer.json()).toMatchObject({
    grant_types_supported: expect.arrayContaining(GRANTS),
  });
});

test('an application of another tenant is unknown', async () => {
  await server.other.addApi(api({ identifier: API }));
  const answer = await postForm(`${server.other.url}/oauth/token`, {
    grant_type: 'password',
    client_id: client({ clientId: 'public' }).clientId,
    username: 'ada@example.com',
    password: PASSWORD,
  });
  expect(answer.status).toBe(401);
});
