import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser } from './support/browser.ts';
import { CALLBACK, CLIENT_SECRET, client } from './support/entities.ts';
import { completed, denied, failed, suspended } from './support/fake-pipeline.ts';
import {
  type Answer,
  authorization,
  callbackParams,
  claimsOf,
  getTokens,
  logIn,
  logsOf,
  logTypesOf,
  postForm,
  refresh,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const API = 'https://api.example.com/';
const REFUSED = {
  status: 403,
  body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
};
const POLICY = client({ clientId: 'none' }).refreshToken;

describe('refresh tokens', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('refresh');
    await server.main.addClient({ clientId: 'rotating' });
    await server.main.addClient({ clientId: 'elsewhere' });
    await server.main.addClient({
      clientId: 'lenient',
      refreshToken: { ...POLICY, leewaySeconds: 30 },
    });
    await server.main.addClient({
      clientId: 'fixed',
      refreshToken: { ...POLICY, rotationType: 'non-rotating' },
    });
    await server.main.addClient({
      clientId: 'forever',
      refreshToken: { ...POLICY, rotationType: 'non-rotating', expirationType: 'non-expiring' },
    });
    await server.main.addApi({ identifier: API });
    await server.main.addApi({ identifier: 'online-only', allowOfflineAccess: false });
    ({ userId } = await server.main.addUser('ada'));
  });
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(() => {
    vi.useRealTimers();
    server.pipeline.off('post-login');
  });

  function tokens(clientId: string, audience = API): Promise<Answer> {
    return getTokens(server.main, {
      clientId,
      userId,
      scope: 'openid email offline_access read:items',
      params: { audience },
    });
  }

  function passTime(seconds: number): void {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + seconds * 1000);
  }

  test('offline_access brings a refresh token without asking for consent', async () => {
    const { body } = await tokens('rotating');

    expect(body.refresh_token).toMatch(/^[\w-]{43}$/);
    expect(body.scope.split(' ')).toContain('offline_access');
  });

  test('nor does one beside an API that allows it, in either order (RFC 8707)', async () => {
    const apis = ['https://online.example.com/', 'https://offline.example.com/'];
    const [first = '', second = ''] = apis;
    await server.main.addApi({ identifier: first, allowOfflineAccess: false });
    await server.main.addApi({ identifier: second });
    for (const resources of [apis, apis.toReversed()]) {
      const request = authorization(server.main, {
        clientId: 'rotating',
        scope: 'openid offline_access',
      });
      for (const resource of resources) request.url.searchParams.append('resource', resource);
      const page = await logIn(server.main, new Browser(), request, userId);
      const { body } = await postForm(`${server.main.url}/oauth/token`, {
        ...{ grant_type: 'authorization_code', code: callbackParams(page).get('code') ?? '' },
        ...{ client_id: 'rotating', client_secret: CLIENT_SECRET, resource: first },
        ...{ redirect_uri: CALLBACK, code_verifier: request.verifier },
      });
      expect(body.access_token).toEqual(expect.any(String));
      expect(body).not.toHaveProperty('refresh_token');
    }
  });

  test('an API that allows no offline access gets none', async () => {
    const { body } = await tokens('rotating', 'online-only');

    expect(body.refresh_token).toBeUndefined();
    expect(body.scope.split(' ')).not.toContain('offline_access');
  });

  test('a refresh keeps API and scope, and rotates the token', async () => {
    const first = await tokens('rotating');
    const second = await refresh(server.main, 'rotating', first.body.refresh_token);

    expect(second.status).toBe(200);
    expect(second.body.refresh_token).not.toBe(first.body.refresh_token);
    expect(claimsOf(second.body.access_token)).toMatchObject({
      sub: userId,
      scope: claimsOf(first.body.access_token).scope,
    });
    expect(claimsOf(second.body.id_token).sid).toBe(claimsOf(first.body.id_token).sid);
  });

  test('scope narrows, and never widens', async () => {
    const { body } = await tokens('fixed');
    const ask = (scope: string) =>
      postForm(`${server.main.url}/oauth/token`, {
        grant_type: 'refresh_token',
        client_id: 'fixed',
        client_secret: 'x'.repeat(64),
        refresh_token: body.refresh_token,
        scope,
      });

    expect(claimsOf((await ask('openid')).body.access_token).scope).toBe('openid');
    expect((await ask('openid write:items')).body.error).toBe('invalid_scope');
  });

  test('using a rotated token again revokes the whole family', async () => {
    const first = await tokens('rotating');
    const second = await refresh(server.main, 'rotating', first.body.refresh_token);

    const types = await logTypesOf(server.main, async () => {
      const reused = await refresh(server.main, 'rotating', first.body.refresh_token);
      expect(reused).toMatchObject(REFUSED);
    });
    expect(types).toEqual(['ferrt']);
    expect(await refresh(server.main, 'rotating', second.body.refresh_token)).toMatchObject(
      REFUSED,
    );
  });

  test('the family is one login: another login of the same person goes on', async () => {
    const [one, two] = [await tokens('rotating'), await tokens('rotating')];
    await refresh(server.main, 'rotating', one.body.refresh_token);
    await refresh(server.main, 'rotating', one.body.refresh_token);

    expect((await refresh(server.main, 'rotating', two.body.refresh_token)).status).toBe(200);
  });

  test('20 parallel refreshes of one token succeed exactly once', async () => {
    const { body } = await tokens('rotating');

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refresh(server.main, 'rotating', body.refresh_token)),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(19);
  });

  test('within the leeway a rotated token is accepted again, after it not', async () => {
    const { body } = await tokens('lenient');
    await refresh(server.main, 'lenient', body.refresh_token);

    expect((await refresh(server.main, 'lenient', body.refresh_token)).status).toBe(200);
    passTime(31);
    expect(await refresh(server.main, 'lenient', body.refresh_token)).toMatchObject(REFUSED);
  });

  test('a non-rotating token stays the same', async () => {
    const { body } = await tokens('fixed');
    const again = await refresh(server.main, 'fixed', body.refresh_token);

    expect(again.body.refresh_token).toBe(body.refresh_token);
    expect((await refresh(server.main, 'fixed', body.refresh_token)).status).toBe(200);
  });

  test('a token that is used lives on beyond its idle lifetime, an unused one does not', async () => {
    const { body } = await tokens('fixed');
    passTime(POLICY.idleLifetimeSeconds - 3_600);
    expect((await refresh(server.main, 'fixed', body.refresh_token)).status).toBe(200);
    passTime(POLICY.idleLifetimeSeconds - 3_600);
    expect((await refresh(server.main, 'fixed', body.refresh_token)).status).toBe(200);
    passTime(POLICY.idleLifetimeSeconds + 3_600);
    expect(await refresh(server.main, 'fixed', body.refresh_token)).toMatchObject(REFUSED);
  });

  test('rotation does not outlive the absolute lifetime', async () => {
    let { body } = await tokens('rotating');
    const step = POLICY.lifetimeSeconds / 3;
    for (let count = 0; count < 2; count += 1) {
      passTime(step);
      ({ body } = await refresh(server.main, 'rotating', body.refresh_token));
      expect(body.refresh_token).toEqual(expect.any(String));
    }
    passTime(step + 60);
    expect(await refresh(server.main, 'rotating', body.refresh_token)).toMatchObject(REFUSED);
  });

  test('a token without expiration is good after years', async () => {
    const { body } = await tokens('forever');
    passTime(5 * 31_557_600);

    expect((await refresh(server.main, 'forever', body.refresh_token)).status).toBe(200);
  });

  test('a token of another application is refused', async () => {
    const { body } = await tokens('rotating');

    expect(await refresh(server.main, 'elsewhere', body.refresh_token)).toMatchObject(REFUSED);
    expect((await refresh(server.main, 'rotating', body.refresh_token)).status).toBe(200);
  });

  test('a blocked person gets no new tokens', async () => {
    const bob = await server.main.addUser('bob');
    const { body } = await getTokens(server.main, {
      clientId: 'fixed',
      userId: bob.userId,
      scope: 'openid offline_access',
    });
    await server.main.store.users.update(bob.userId, { blocked: true });

    expect(await refresh(server.main, 'fixed', body.refresh_token)).toMatchObject({
      status: 403,
      body: { error: 'unauthorized', error_description: 'user is blocked' },
    });
  });

  test('claims that Actions set at the login are on refreshed tokens', async () => {
    server.pipeline.completes('post-login', {
      idTokenClaims: { 'https://x/id': 1 },
      accessTokenClaims: { 'https://x/at': 2 },
    });
    const { body } = await tokens('rotating');
    server.pipeline.off('post-login');
    const again = await refresh(server.main, 'rotating', body.refresh_token);

    expect(claimsOf(again.body.id_token)['https://x/id']).toBe(1);
    expect(claimsOf(again.body.access_token)['https://x/at']).toBe(2);
  });

  test('post-login runs at a refresh, and what it says now holds', async () => {
    const { body } = await tokens('rotating');
    server.pipeline.on('post-login', ({ event, canRedirect }) =>
      completed({
        accessTokenClaims: {
          'https://x/protocol': (event.transaction as { protocol: string }).protocol,
          'https://x/redirect': canRedirect ?? false,
          'https://x/api': (event.resource_server as { identifier: string }).identifier,
        },
        removedScopes: ['read:items'],
        addedScopes: ['added:scope'],
        userMetadata: { refreshed: true },
      }),
    );
    let again = {} as Answer;
    const [entry] = await logsOf(server.main, async () => {
      again = await refresh(server.main, 'rotating', body.refresh_token);
    });

    expect(claimsOf(again.body.access_token)).toMatchObject({
      'https://x/protocol': 'oauth2-refresh-token',
      'https://x/redirect': false,
      'https://x/api': API,
      scope: 'openid email offline_access added:scope',
    });
    expect(again.body.scope).toBe('openid email offline_access added:scope');
    expect((await server.main.store.users.find(userId))?.userMetadata).toEqual({ refreshed: true });
    expect(entry).toMatchObject({
      type: 'sertft',
      details: { actions: { executions: [expect.any(String)] } },
    });
  });

  const refusals = [
    ['denies', denied('not today'), { error: 'access_denied', error_description: 'not today' }],
    ['breaks', failed('boom'), { error: 'access_denied', error_description: 'boom' }],
    [
      'would redirect',
      suspended('https://verify.example.com/'),
      {
        error: 'interaction_required',
        error_description:
          'An action asked for a redirect (api.redirect.sendUserTo), which needs a browser.',
      },
    ],
  ] as const;
  test.for(refusals)(
    'an Action that %s refuses the refresh, and the token stays usable',
    async ([, outcome, error]) => {
      const { body } = await tokens('rotating');
      server.pipeline.on('post-login', () => outcome);

      const types = await logTypesOf(server.main, async () => {
        const answer = await refresh(server.main, 'rotating', body.refresh_token);
        expect(answer).toMatchObject({ status: 403, body: error });
      });
      expect(types).toEqual(['fertft']);
      server.pipeline.off('post-login');
      expect((await refresh(server.main, 'rotating', body.refresh_token)).status).toBe(200);
    },
  );
});
