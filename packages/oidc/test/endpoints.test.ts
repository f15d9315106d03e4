import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { CALLBACK, CLIENT_SECRET } from './support/entities.ts';
import {
  authorization,
  callbackParams,
  claimsOf,
  getTokens,
  logIn,
  postForm,
  postJson,
  redeem,
  refresh,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const API = 'https://api.example.com/';
const SPA_ORIGIN = 'https://spa.example.com';

describe('endpoints', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('endpoints');
    await server.main.addClient({ clientId: 'web' });
    await server.main.addClient({ clientId: 'web2' });
    await server.main.addClient({
      clientId: 'spa',
      type: 'spa',
      tokenEndpointAuthMethod: 'none',
      webOrigins: [SPA_ORIGIN],
      allowedOrigins: ['https://embed.example.com'],
    });
    await server.main.addClient({ clientId: 'pushy', requirePushedAuthorizationRequests: true });
    await server.main.addApi({ identifier: API });
    ({ userId } = await server.main.addUser('ada'));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const tokens = (params: Record<string, string> = {}, scope = 'openid email offline_access') =>
    getTokens(server.main, { clientId: 'web', userId, scope, params });

  function userinfo(token: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${server.main.url}/userinfo`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  }

  describe('/userinfo', () => {
    test.for([
      ['opaque', {}],
      ['JWT', { audience: API }],
    ] as const)('takes an %s access token', async ([, params]) => {
      const { body } = await tokens(params);
      const answer = await userinfo(body.access_token);

      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({
        sub: userId,
        email: 'ada@example.com',
        email_verified: true,
      });
    });

    test('takes the token from a form', async () => {
      const { body } = await tokens();
      const answer = await postForm(`${server.main.url}/userinfo`, {
        access_token: body.access_token,
      });

      expect(answer.body.sub).toBe(userId);
    });

    test('refuses what is no token of the tenant, and says how', async () => {
      const { body } = await tokens({ audience: API });
      const [header, payload, signature = ''] = String(body.access_token).split('.');
      const forged = JSON.stringify({ ...claimsOf(body.access_token), sub: 'auth0|someone' });
      const attempts = [
        'nonsense',
        body.id_token,
        body.refresh_token,
        `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
        `${header}.${Buffer.from(forged).toString('base64url')}.${signature}`,
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
      ];

      for (const attempt of attempts) {
        const answer = await userinfo(attempt);
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
      }
      expect((await fetch(`${server.main.url}/userinfo`)).status).toBe(401);
    });

    test('refuses a token without openid', async () => {
      const { body } = await tokens({ audience: API, nonce: '' }, 'read:items');

      expect((await userinfo(body.access_token)).status).toBe(401);
    });

    test('refuses a token in the query, where logs would keep it', async () => {
      const { body } = await tokens();
      const url = `${server.main.url}/userinfo?access_token=${body.access_token}`;

      expect((await fetch(url)).status).toBe(401);
    });

    test('refuses the tokens of a blocked person', async () => {
      const bob = await server.main.addUser('bob');
      const { body } = await getTokens(server.main, { clientId: 'web', userId: bob.userId });
      await server.main.store.users.update(bob.userId, { blocked: true });

      expect((await userinfo(body.access_token)).status).toBe(401);
    });

    test('answers scripts of the application only', async () => {
      const { body } = await tokens();
      const own = await userinfo(body.access_token, { origin: 'https://app.example.com' });
      const foreign = await userinfo(body.access_token, { origin: 'https://evil.example.com' });

      expect(own.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
      expect(foreign.status).toBe(403);
      expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  describe('/oauth/revoke', () => {
    const url = () => `${server.main.url}/oauth/revoke`;
    const credentials = { client_id: 'web', client_secret: CLIENT_SECRET };

    test.for([
      ['a form', postForm],
      ['JSON', postJson],
    ] as const)('ends a refresh token and its family by %s', async ([, post]) => {
      const { body } = await tokens();
      const answer = await post(url(), { ...credentials, token: body.refresh_token });

      expect(answer.status).toBe(200);
      expect((await refresh(server.main, 'web', body.refresh_token)).status).toBe(403);
      expect((await userinfo(body.access_token)).status).toBe(401);
    });

    test('leaves tokens of others alone, and tells nobody that they exist', async () => {
      const { body } = await tokens();
      const answer = await postForm(url(), {
        client_id: 'web2',
        client_secret: CLIENT_SECRET,
        token: body.refresh_token,
      });

      expect(answer.status).toBe(200);
      expect((await refresh(server.main, 'web', body.refresh_token)).status).toBe(200);
    });

    test('answers 200 for what is no token, and the dialect for bad credentials', async () => {
      expect((await postForm(url(), { ...credentials, token: 'made-up' })).status).toBe(200);
      expect(
        await postForm(url(), { ...credentials, client_secret: 'x', token: 'y' }),
      ).toMatchObject({
        status: 401,
        body: { error: 'access_denied', error_description: 'Unauthorized' },
      });
      expect(await postForm(url(), credentials)).toMatchObject({
        status: 400,
        body: { error_description: 'Missing required parameter: token' },
      });
    });
  });

  describe('/oauth/par', () => {
    async function push(clientId: string, params: Record<string, string> = {}) {
      const request = authorization(server.main, { clientId, params });
      const answer = await postForm(`${server.main.url}/oauth/par`, {
        ...Object.fromEntries(request.url.searchParams),
        client_secret: CLIENT_SECRET,
      });
      const url = new URL('/authorize', server.main.url);
      url.search = new URLSearchParams({
        client_id: clientId,
        request_uri: answer.body.request_uri ?? '',
      }).toString();
      return { answer, request, url };
    }

    test('a pushed request is carried out, with its own parameters and offline access', async () => {
      const { answer, request, url } = await push('web', {
        audience: API,
        scope: 'openid offline_access read:items',
        'ext-colour': 'blue',
      });
      expect(answer.status).toBe(201);
      expect(answer.body.request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:/);

      server.pipeline.completes('post-login', {});
      const page = await logIn(server.main, new Browser(), { ...request, url }, userId);
      const [run] = server.pipeline.runs.splice(0);
      server.pipeline.off('post-login');
      const { body } = await redeem(server.main, 'web', callbackParams(page).get('code'), request);

      expect(claimsOf(body.access_token)).toMatchObject({
        aud: [API, `${server.main.url}/userinfo`],
        scope: 'openid read:items offline_access',
      });
      expect(body.refresh_token).toEqual(expect.any(String));
      expect(run?.event).toMatchObject({ request: { query: { 'ext-colour': 'blue' } } });
      expect(JSON.stringify(run?.event)).not.toContain(CLIENT_SECRET);
    });

    test('a request_uri is good once, and for its client only', async () => {
      const { request, url } = await push('web');
      const foreign = new URL(url);
      foreign.searchParams.set('client_id', 'web2');
      const refused = callbackParams(await new Browser().get(foreign));
      expect(refused.get('error')).toBe('invalid_request_object');

      expect(
        callbackParams(await logIn(server.main, new Browser(), { ...request, url }, userId)).has(
          'code',
        ),
      ).toBe(true);
      const again = await logIn(server.main, new Browser(), { ...request, url }, userId);
      expect(again.location?.searchParams.get('code') ?? null).toBeNull();
    });

    test('an application that must push is refused without', async () => {
      const plain = await new Browser().get(authorization(server.main, { clientId: 'pushy' }).url);
      expect(callbackParams(plain).get('error')).toBe('invalid_request');

      const { url } = await push('pushy');
      expect((await new Browser().get(url)).location?.pathname).toBe('/u/login');
    });

    test('a callback that is not registered is refused when it is pushed', async () => {
      const { answer } = await push('web', { redirect_uri: 'https://evil.example.com/' });

      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    });

    test('our own parameters cannot be smuggled in', async () => {
      server.pipeline.completes('post-login', {});
      const { request, url } = await push('web', {
        tessera_query: '{"role":"admin"}',
        tessera_offline: '1',
      });
      await logIn(server.main, new Browser(), { ...request, url }, userId);
      const direct = authorization(server.main, {
        clientId: 'web',
        params: { tessera_query: '{"role":"admin"}' },
      });
      await logIn(server.main, new Browser(), direct, userId);
      server.pipeline.off('post-login');

      for (const { event } of server.pipeline.runs.splice(0)) {
        expect((event.request as { query: object }).query).not.toHaveProperty('role');
      }
    });
  });

  describe('bad input', () => {
    const NUL = 'a\u0000b';
    const client = { client_id: 'web', client_secret: CLIENT_SECRET };
    test.for([
      ['the client', '/oauth/token', { grant_type: 'client_credentials', client_id: NUL }],
      ['the API', '/oauth/token', { ...client, grant_type: 'client_credentials', audience: NUL }],
      ['a token', '/oauth/revoke', { client_id: NUL, token: NUL }],
      ['a pushed request', '/oauth/par', { ...client, audience: NUL, response_type: 'code' }],
    ] as const)('a NUL character in %s is the caller’s mistake', async ([, path, form]) => {
      const answer = await postForm(`${server.main.url}${path}`, form);

      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ error: 'invalid_request' });
      expect(server.log).toEqual([]);
    });

    test.for([
      '/authorize?client_id=%00',
      `/authorize?response_type=code&client_id=web&redirect_uri=${encodeURIComponent(CALLBACK)}&audience=%00`,
      '/oidc/logout?client_id=%00',
      '/v2/logout?client_id=%00',
    ])('%s shows what is wrong', async (path) => {
      const page = await new Browser().get(server.main.url + path, { accept: 'text/html' });
      const plain = await new Browser().get(server.main.url + path);

      expect(page.status).toBe(400);
      expect(page.body).toContain('invalid_request');
      expect(plain.status).toBe(400);
    });

    test.for(['request_uri=urn:x', 'request=a.b.c', 'redirect_uri=x', ''])(
      'an unknown authorization that resumes with "%s" has expired',
      async (query) => {
        const url = `${server.main.url}/authorize/unknown?client_id=web&${query}`;
        const page = await new Browser().get(url);

        expect(page.status).toBe(400);
        expect(page.body).toContain('expired');
      },
    );
  });

  describe('CORS', () => {
    const cases: [origin: string, isAllowed: boolean][] = [
      [SPA_ORIGIN, true],
      ['https://embed.example.com', true],
      [new URL(CALLBACK).origin, true],
      ['https://evil.example.com', false],
      ['https://spa.example.com.evil.test', false],
      ['http://spa.example.com', false],
      ['null', false],
    ];
    test.for(cases)('origin %s at the token endpoint: %s', async ([origin, isAllowed]) => {
      const request = authorization(server.main, { clientId: 'spa' });
      const page = await logIn(server.main, new Browser(), request, userId);
      const answer = await postForm(
        `${server.main.url}/oauth/token`,
        {
          grant_type: 'authorization_code',
          client_id: 'spa',
          code: callbackParams(page).get('code') ?? '',
          code_verifier: request.verifier,
          redirect_uri: CALLBACK,
        },
        { origin },
      );

      expect(answer.status).toBe(isAllowed ? 200 : 400);
      expect(answer.headers.get('access-control-allow-origin')).toBe(isAllowed ? origin : null);
    });

    test('preflights are answered', async () => {
      for (const path of ['/oauth/token', '/userinfo', '/oauth/revoke']) {
        const answer = await fetch(`${server.main.url}${path}`, {
          method: 'OPTIONS',
          headers: { origin: SPA_ORIGIN, 'access-control-request-method': 'POST' },
        });
        expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
          204,
          SPA_ORIGIN,
        ]);
      }
    });
  });
});
