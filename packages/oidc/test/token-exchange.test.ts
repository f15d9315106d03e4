import type { TokenExchangeSubject, TriggerOutcome } from '@tessera/engine';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_SECRET, CONNECTION, user } from './support/entities.ts';
import { completed, denied, failed, NO_EFFECTS } from './support/fake-pipeline.ts';
import { type Answer, claimsOf, logTypesOf, postForm, refresh } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPE = 'urn:partner:token';
const API = 'https://api.example.com/';
const ACTION_ID = '6f1f3c5e-2f1b-4d0c-9a52-3f6a1f1f6c11';
const ALLOWED = { token_exchange: { allow_any_profile_of_type: ['custom_authentication'] } };

let server: TestOidc;
let adaId: string;

beforeAll(async () => {
  server = await startOidc('token_exchange');
  const { main } = server;
  const grantTypes = ['refresh_token'];
  await main.addClient({ clientId: 'app', grantTypes, extra: ALLOWED });
  await main.addClient({ clientId: 'partner', isFirstParty: false, extra: ALLOWED });
  await main.addClient({ clientId: 'plain', grantTypes: [EXCHANGE] });
  await main.addApi({ identifier: API });
  await main.addApi({ identifier: 'urn:system', isSystem: true });
  adaId = (await main.addUser('ada')).userId;
  await main.store.users.create(user('bob', { blocked: true }));
  await main.store.connections.create({
    ...CONNECTION,
    id: 'con_0000000000000002',
    name: 'hidden',
    realms: [],
    isDomainConnection: false,
  });
  await addProfile();
});
afterAll(() => server?.[Symbol.asyncDispose]());
afterEach(() => {
  server.pipeline.off('post-login');
  server.pipeline.off('custom-token-exchange');
  server.pipeline.runs.length = 0;
});

async function addProfile(): Promise<void> {
  const { store } = server.main;
  await store.actions.create({
    id: ACTION_ID,
    name: 'judge',
    code: '',
    dependencies: [],
    secrets: [],
    runtime: 'node22',
    supportedTriggers: [{ id: 'custom-token-exchange', version: 'v1' }],
    status: 'built',
  });
  await store.tokenExchangeProfiles.create({
    id: 'tep_0000000000000001',
    name: 'partner',
    type: 'custom_authentication',
    subjectTokenType: TYPE,
    actionId: ACTION_ID,
  });
}

function judges(outcome: TriggerOutcome): void {
  server.pipeline.on('custom-token-exchange', () => outcome);
}

const names = (userId: string) => completed({ subject: { kind: 'id', userId } });

function namesByConnection(
  subject: Partial<Extract<TokenExchangeSubject, { kind: 'connection' }>>,
): TriggerOutcome {
  return completed({
    subject: {
      kind: 'connection',
      connectionName: 'people',
      attributes: { user_id: 'p-1', email: 'p1@example.com', given_name: 'Pat' },
      creationBehavior: 'create_if_not_exists',
      updateBehavior: 'none',
      ...subject,
    },
  });
}

function exchange(form: Record<string, string> = {}): Promise<Answer> {
  return postForm(`${server.main.url}/oauth/token`, {
    grant_type: EXCHANGE,
    client_id: 'app',
    client_secret: CLIENT_SECRET,
    subject_token: 'the-subject-token',
    subject_token_type: TYPE,
    ...form,
  });
}

describe('token exchange', () => {
  test('issues tokens for the user whom the Action of the profile named', async () => {
    judges(names(adaId));
    const scope = 'openid read:items offline_access';
    const { status, body } = await exchange({ audience: API, scope });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      scope,
    });
    expect(claimsOf(body.access_token)).toMatchObject({ sub: adaId, azp: 'app' });
    expect(claimsOf(body.id_token).sub).toBe(adaId);
    const refreshed = await refresh(server.main, 'app', body.refresh_token);
    expect(claimsOf(refreshed.body.access_token).sub).toBe(adaId);
  });

  test('tells the Action of both tokens, and later runs of neither', async () => {
    judges(names(adaId));
    server.pipeline.completes('post-login', {});
    const actor = { actor_token: 'the-actor-token', actor_token_type: 'urn:partner:actor' };
    await exchange({ audience: API, scope: 'read:items', ...actor });
    const [first, second] = server.pipeline.runs;
    expect(first).toMatchObject({ triggerId: 'custom-token-exchange', actionId: ACTION_ID });
    expect(first?.event).toMatchObject({
      resource_server: { identifier: API },
      transaction: {
        subject_token: 'the-subject-token',
        subject_token_type: TYPE,
        actor_token: 'the-actor-token',
        requested_scopes: ['read:items'],
      },
    });
    expect(second).toMatchObject({ triggerId: 'post-login' });
    expect(second?.event).toMatchObject({
      transaction: {
        protocol: 'oauth2-token-exchange',
        subject_token_type: TYPE,
        actor_token_type: 'urn:partner:actor',
      },
    });
    expect(JSON.stringify(second?.event)).not.toContain('the-subject-token');
    const requestOfFirst = JSON.stringify(first?.event.request);
    expect(requestOfFirst).not.toContain('the-subject-token');
  });

  test('carries the actor on all tokens of the login, also at our own APIs', async () => {
    const act = { sub: 'support|1', act: { sub: 'tool|2' } };
    judges(completed({ subject: { kind: 'id', userId: adaId }, actor: act }));
    server.pipeline.completes('post-login', {});
    const { body } = await exchange({ audience: API, scope: 'openid offline_access' });
    expect(server.pipeline.runs.at(-1)?.event).toMatchObject({ transaction: { actor: act } });
    expect(claimsOf(body.access_token).act).toEqual(act);
    expect(claimsOf(body.id_token).act).toEqual(act);
    server.pipeline.completes('post-login', { accessTokenClaims: { 'https://x.example/a': 1 } });
    const refreshed = await refresh(server.main, 'app', body.refresh_token);
    expect(claimsOf(refreshed.body.access_token).act).toEqual(act);
    expect(claimsOf(refreshed.body.id_token).act).toEqual(act);
    const system = await exchange({ audience: 'urn:system', scope: 'openid' });
    expect(claimsOf(system.body.access_token).act).toEqual(act);
  });

  test('creates the user of a connection, once, and leaves it as it is', async () => {
    judges(namesByConnection({}));
    const first = await exchange({ scope: 'openid email' });
    expect(claimsOf(first.body.id_token)).toMatchObject({
      sub: 'auth0|p-1',
      email: 'p1@example.com',
      email_verified: false,
    });
    judges(namesByConnection({ attributes: { user_id: 'p-1', given_name: 'Changed' } }));
    await exchange();
    const created = await server.main.store.users.find('auth0|p-1');
    expect(created).toMatchObject({ givenName: 'Pat', loginsCount: 2, lastIp: '203.0.113.7' });
  });

  test('updates the user of a connection when told', async () => {
    judges(namesByConnection({ attributes: { user_id: 'p-2', given_name: 'Pia' } }));
    await exchange();
    const updateBehavior = 'replace';
    const attributes = { user_id: 'p-2', given_name: 'Paul' };
    judges(namesByConnection({ attributes, updateBehavior }));
    await exchange();
    expect((await server.main.store.users.find('auth0|p-2'))?.givenName).toBe('Paul');
  });

  test("writes the metadata of the Action's run", async () => {
    judges(completed({ subject: { kind: 'id', userId: adaId }, appMetadata: { partner: 'acme' } }));
    await exchange();
    expect((await server.main.store.users.find(adaId))?.appMetadata).toEqual({ partner: 'acme' });
  });

  test('logs success and failure', async () => {
    judges(names(adaId));
    expect(await logTypesOf(server.main, () => exchange())).toEqual(['secte']);
    judges(denied('no'));
    expect(await logTypesOf(server.main, () => exchange())).toEqual(['fecte']);
  });
});

const refusals: [name: string, outcome: TriggerOutcome, status: number, error: string][] = [
  ['an Action that names nobody', completed(), 403, 'access_denied'],
  ['an Action that breaks', failed('broken'), 403, 'access_denied'],
  ['an unknown user', names('auth0|nobody'), 403, 'access_denied'],
  ['a blocked user', names(user('bob').userId), 403, 'access_denied'],
  [
    'an organization',
    completed({ subject: { kind: 'id', userId: 'x' }, organization: 'org' }),
    403,
    'access_denied',
  ],
  [
    'a user that may not be created',
    namesByConnection({ creationBehavior: 'none', attributes: { user_id: 'new' } }),
    403,
    'access_denied',
  ],
  [
    'a connection that is not enabled for the application',
    namesByConnection({ connectionName: 'hidden' }),
    403,
    'access_denied',
  ],
  [
    "another user's address",
    namesByConnection({ attributes: { user_id: 'new', email: 'taken@example.com' } }),
    403,
    'access_denied',
  ],
  [
    'what the Action denies, with its code',
    {
      end: { kind: 'denied', code: 'invalid_scope', reason: 'too much' },
      effects: NO_EFFECTS,
    },
    400,
    'invalid_scope',
  ],
  [
    'a code that every object has a member of',
    {
      end: { kind: 'denied', code: 'constructor', reason: 'no' },
      effects: NO_EFFECTS,
    },
    403,
    'constructor',
  ],
];

describe('token exchange refuses', () => {
  test.for(refusals)('%s', async ([, outcome, status, error]) => {
    judges(outcome);
    const answer = await exchange();
    expect(answer).toMatchObject({ status, body: { error } });
    expect(answer.body).not.toHaveProperty('access_token');
  });

  const requests: [name: string, form: Record<string, string>, status: number, error: string][] = [
    ['a type that no profile has', { subject_token_type: 'urn:other' }, 400, 'invalid_request'],
    ['no subject token', { subject_token: '' }, 400, 'invalid_request'],
    ['an actor token without type', { actor_token: 'x' }, 400, 'invalid_request'],
    ['another kind of token', { requested_token_type: 'urn:x' }, 400, 'invalid_request'],
    ['organizations', { organization: 'org_1' }, 400, 'invalid_request'],
    ['an unknown API', { audience: 'urn:none' }, 403, 'access_denied'],
    ['applications without the setting', { client_id: 'plain' }, 403, 'unauthorized_client'],
    ['third-party applications', { client_id: 'partner' }, 400, 'unauthorized_client'],
  ];
  test.for(requests)('%s', async ([, form, status, error]) => {
    judges(names(adaId));
    expect(await exchange(form)).toMatchObject({ status, body: { error } });
    expect(server.pipeline.runs).toEqual([]);
  });

  test('what post-login denies', async () => {
    judges(names(adaId));
    server.pipeline.on('post-login', () => denied('not here'));
    expect(await exchange()).toMatchObject({ status: 403, body: { error: 'access_denied' } });
  });
});

describe('subject tokens that are not genuine', () => {
  const INVALID: TriggerOutcome = {
    end: {
      kind: 'denied',
      code: 'invalid_request',
      reason: 'not genuine',
      isInvalidSubjectToken: true,
    },
    effects: NO_EFFECTS,
  };

  test('are guessed at ten times by an address, also at once; genuine ones do not count', async () => {
    judges(names(adaId));
    for (let count = 0; count < 12; count += 1) expect((await exchange()).status).toBe(200);
    judges(INVALID);
    const guesses = await Promise.all(Array.from({ length: 15 }, () => exchange()));
    const statuses = guesses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 400).length).toBeLessThanOrEqual(10);
    const blocked = await exchange();
    expect(blocked).toMatchObject({ status: 429, body: { error: 'too_many_attempts' } });
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    const runs = server.pipeline.runs.length;
    await exchange();
    expect(server.pipeline.runs).toHaveLength(runs);
    // The tenant may spare addresses.
    await server.store.tenants.updateSettings(server.main.tenant.id, {
      attackProtection: { suspiciousIpThrottling: { allowlist: ['203.0.113.0/24'] } },
    });
    await server.reload();
    expect((await exchange()).status).toBe(400);
  });
});
