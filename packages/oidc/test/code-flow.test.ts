import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { CALLBACK, CLIENT_SECRET, CONNECTION } from './support/entities.ts';
import {
  authorization,
  callbackParams,
  claimsOf,
  getTokens,
  headerOf,
  logIn,
  postForm,
  redeem,
  submitLogin,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const API = 'https://api.example.com/';

describe('authorization code flow', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('codeflow');
    await server.main.addClient({ clientId: 'web' });
    await server.main.addClient({ clientId: 'web2' });
    await server.main.addApi({ identifier: API });
    ({ userId } = await server.main.addUser('ada'));
    await server.main.store.connections.create({
      ...CONNECTION,
      id: 'con_0000000000000002',
      name: 'hidden',
      realms: [],
      isDomainConnection: false,
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('/authorize sends a browser without a session to the login page', async () => {
    const page = await new Browser().get(
      authorization(server.main, {
        clientId: 'web',
        params: { login_hint: 'ada@example.com', connection: 'people', 'ext-colour': 'blue' },
      }).url,
    );

    expect(page.status).toBe(303);
    expect(page.location?.pathname).toBe('/u/login');
    expect(page.headers.getSetCookie().every((cookie) => /httponly/i.test(cookie))).toBe(true);
  });

  test('transactions.find() tells the page what the application asked for', async () => {
    const browser = new Browser();
    const { url } = authorization(server.main, {
      clientId: 'web',
      params: { login_hint: 'ada@example.com', connection: 'people', 'ext-colour': 'blue' },
    });
    const { location } = await browser.get(url);
    const { body } = await browser.get(location ?? '');

    expect(JSON.parse(body)).toMatchObject({
      clientId: 'web',
      loginHint: 'ada@example.com',
      connection: 'people',
      redirectUri: CALLBACK,
      query: { 'ext-colour': 'blue', scope: 'openid profile email' },
    });
  });

  test.for([
    ['connection', 'nobody', 'the connection was not found'],
    ['connection', 'hidden', 'the connection was not found'],
    ['connection', '\u{1F600}', 'the connection was not found'],
    ['organization', 'org_1', 'parameter organization is not allowed for this client'],
  ] as const)('%s=%s is refused, not passed over', async ([name, value, description]) => {
    const { url } = authorization(server.main, { clientId: 'web', params: { [name]: value } });
    const params = callbackParams(await new Browser().get(url));
    expect(params.get('error')).toBe('invalid_request');
    expect(params.get('error_description')).toBe(description);
  });

  test('a session of another connection is not enough for the one that is asked for', async () => {
    const other = { ...CONNECTION, id: 'con_0000000000000003', name: 'staff', realms: [] };
    await server.main.store.connections.create({ ...other, isDomainConnection: true });
    const browser = new Browser();
    await getTokens(server.main, { clientId: 'web', userId, browser });
    const ask = (params: Record<string, string>) =>
      browser.get(authorization(server.main, { clientId: 'web', params }).url);
    expect((await ask({ connection: 'staff' })).location?.pathname).toBe('/u/login');
    const silent = callbackParams(await ask({ connection: 'staff', prompt: 'none' }));
    expect(silent.get('error')).toBe('login_required');
    expect(callbackParams(await ask({ connection: 'people' })).has('code')).toBe(true);
    expect(callbackParams(await ask({})).has('code')).toBe(true);
  });

  test('screen_hint=signup leads to the sign-up page', async () => {
    const { url } = authorization(server.main, {
      clientId: 'web',
      params: { screen_hint: 'signup' },
    });

    expect((await new Browser().get(url)).location?.pathname).toBe('/u/signup');
  });

  test('a code becomes an opaque access token and an ID token with profile and sid', async () => {
    const { status, body } = await getTokens(server.main, { clientId: 'web', userId });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 86_400,
      scope: 'openid profile email',
    });
    expect(body.access_token).not.toContain('.');
    expect(body.refresh_token).toBeUndefined();
    const keys = createRemoteJWKSet(new URL(`${server.main.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(body.id_token, keys, {
      issuer: server.main.issuer,
      audience: 'web',
    });
    expect(payload).toMatchObject({
      sub: userId,
      nonce: 'the-nonce',
      name: 'ADA',
      nickname: 'ada',
      email: 'ada@example.com',
      email_verified: true,
      sid: expect.any(String),
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(36_000);
  });

  test('with an audience the access token is a JWT of that API', async () => {
    const { body } = await getTokens(server.main, {
      clientId: 'web',
      userId,
      scope: 'openid read:items unknown:scope',
      params: { audience: API },
    });

    expect(headerOf(body.access_token)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: 'default-current',
    });
    const claims = claimsOf(body.access_token);
    expect(claims).toEqual({
      iss: server.main.issuer,
      sub: userId,
      aud: [API, `${server.main.url}/userinfo`],
      azp: 'web',
      scope: 'openid read:items',
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3_600);
    expect(body).toMatchObject({ scope: 'openid read:items', expires_in: 3_600 });
  });

  test('a wrong code_verifier is refused, and the code stays good for the right one', async () => {
    const request = authorization(server.main, { clientId: 'web' });
    const page = await logIn(server.main, new Browser(), request, userId);
    const code = callbackParams(page).get('code');

    const wrong = await redeem(server.main, 'web', code, { ...request, verifier: 'w'.repeat(43) });
    expect(wrong).toMatchObject({
      status: 403,
      body: { error: 'invalid_grant', error_description: 'Failed to verify code verifier' },
    });
    expect((await redeem(server.main, 'web', code, request)).status).toBe(200);
  });

  test('a code that is used twice is refused, and what it was exchanged for is revoked', async () => {
    const request = authorization(server.main, { clientId: 'web' });
    const code = callbackParams(await logIn(server.main, new Browser(), request, userId)).get(
      'code',
    );
    const first = await redeem(server.main, 'web', code, request);
    const userinfo = () =>
      fetch(`${server.main.url}/userinfo`, {
        headers: { authorization: `Bearer ${first.body.access_token}` },
      });
    expect((await userinfo()).status).toBe(200);

    const second = await redeem(server.main, 'web', code, request);

    expect(second).toMatchObject({
      status: 403,
      body: { error: 'invalid_grant', error_description: 'Invalid authorization code' },
    });
    expect((await userinfo()).status).toBe(401);
  });

  test('20 parallel exchanges of one code succeed exactly once', async () => {
    const request = authorization(server.main, { clientId: 'web' });
    const code = callbackParams(await logIn(server.main, new Browser(), request, userId)).get(
      'code',
    );

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => redeem(server.main, 'web', code, request)),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(19);
  });

  test('a code of another application is refused', async () => {
    const request = authorization(server.main, { clientId: 'web' });
    const code = callbackParams(await logIn(server.main, new Browser(), request, userId)).get(
      'code',
    );

    expect(await redeem(server.main, 'web2', code, request)).toMatchObject({
      status: 403,
      body: { error_description: 'Invalid authorization code' },
    });
  });

  test('a redirect_uri that is not registered ends on a page, not at that address', async () => {
    const { url } = authorization(server.main, {
      clientId: 'web',
      redirectUri: 'https://evil.example.com/callback',
    });
    const page = await new Browser().get(url);

    expect(page.status).toBe(403);
    expect(page.location).toBeUndefined();
    expect(page.body).toContain(
      'Callback URL mismatch. The provided redirect_uri is not in the list of allowed callback URLs.',
    );
    expect(page.headers.get('content-security-policy')).toBe("default-src 'none'");
  });

  const lookalikes = [
    `${CALLBACK}/`,
    `${CALLBACK}?x=1`,
    'https://app.example.com.evil.test/callback',
    'https://app.example.com@evil.test/callback',
    'http://app.example.com/callback',
    'javascript:alert(1)//https://app.example.com/callback',
  ];
  test.for(lookalikes)('redirect_uri %s is not the registered one', async (redirectUri) => {
    const page = await new Browser().get(
      authorization(server.main, { clientId: 'web', redirectUri }).url,
    );

    expect(page.status).toBe(403);
    expect(page.location).toBeUndefined();
  });

  test('a native application may use any port of the loopback address it registered', async () => {
    await server.main.addClient({
      clientId: 'native',
      type: 'native',
      tokenEndpointAuthMethod: 'none',
      callbacks: ['http://127.0.0.1/cb', 'com.example.app://cb'],
    });
    const at = async (redirectUri: string) =>
      (await new Browser().get(authorization(server.main, { clientId: 'native', redirectUri }).url))
        .status;

    expect(await at('http://127.0.0.1:51234/cb')).toBe(303);
    expect(await at('com.example.app://cb')).toBe(303);
    expect(await at('http://127.0.0.1:51234/other')).toBe(403);
    expect(await at('http://192.0.2.1:51234/cb')).toBe(403);
  });

  test('an unknown client ends on a page', async () => {
    const page = await new Browser().get(authorization(server.main, { clientId: 'nobody' }).url);

    expect(page.status).toBe(403);
    expect(page.body).toContain('Unknown client');
  });

  test('a public client must use PKCE', async () => {
    await server.main.addClient({ clientId: 'spa', type: 'spa', tokenEndpointAuthMethod: 'none' });
    const { url } = authorization(server.main, { clientId: 'spa' });
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    const page = await new Browser().get(url);

    expect(callbackParams(page).get('error')).toBe('invalid_request');
    expect(callbackParams(page).get('error_description')).toContain('PKCE');
  });

  test('plain PKCE is refused', async () => {
    const { url } = authorization(server.main, {
      clientId: 'web',
      params: { code_challenge_method: 'plain' },
    });

    expect(callbackParams(await new Browser().get(url)).get('error')).toBe('invalid_request');
  });

  test('a repeated parameter is refused', async () => {
    const { url } = authorization(server.main, { clientId: 'web' });
    url.searchParams.append('scope', 'openid');

    expect(callbackParams(await new Browser().get(url)).get('error')).toBe('invalid_request');
  });

  test('an unknown audience is told to the application', async () => {
    const { url } = authorization(server.main, {
      clientId: 'web',
      params: { audience: 'https://nowhere.example.com/' },
    });
    const params = callbackParams(await new Browser().get(url));

    expect(params.get('error')).toBe('access_denied');
    expect(params.get('error_description')).toBe('Service not found: https://nowhere.example.com/');
  });

  test('two tabs do not disturb each other', async () => {
    const browser = new Browser();
    const bob = await server.main.addUser('bob');
    const tab1 = authorization(server.main, { clientId: 'web', params: { state: 'tab-1' } });
    const tab2 = authorization(server.main, { clientId: 'web2', params: { state: 'tab-2' } });
    const login1 = (await browser.get(tab1.url)).location;
    const login2 = (await browser.get(tab2.url)).location;

    const done1 = await browser.follow(
      await submitLogin(browser, login1, bob.userId),
      server.main.url,
    );
    const done2 = await browser.follow(
      await submitLogin(browser, login2, bob.userId),
      server.main.url,
    );

    expect(callbackParams(done1).get('state')).toBe('tab-1');
    expect(callbackParams(done2).get('state')).toBe('tab-2');
    const tokens = await redeem(server.main, 'web', callbackParams(done1).get('code'), tab1);
    expect(claimsOf(tokens.body.id_token).aud).toBe('web');
    const tokens2 = await redeem(server.main, 'web2', callbackParams(done2).get('code'), tab2);
    expect(claimsOf(tokens2.body.id_token).aud).toBe('web2');
    expect(claimsOf(tokens.body.id_token).sid).toBe(claimsOf(tokens2.body.id_token).sid);
  });

  test('a login page that was begun in another browser is refused', async () => {
    const attacker = new Browser();
    const { location } = await attacker.get(authorization(server.main, { clientId: 'web' }).url);

    const victim = await submitLogin(new Browser(), location, userId);

    expect(victim.status).toBe(400);
    expect(victim.body).toBe('transaction_invalid');
    // And the attacker's own way on is no login of the victim.
    const state = location?.searchParams.get('state');
    const resumed = await attacker.get(`${server.main.url}/authorize/${state}`);
    expect(resumed.location?.pathname).toBe('/u/login');
  });

  test('a login form that is sent twice leads to the same continuation, which is good once', async () => {
    const browser = new Browser();
    const { location } = await browser.get(authorization(server.main, { clientId: 'web' }).url);
    const first = await submitLogin(browser, location, userId);
    const second = await submitLogin(browser, location, userId);

    expect(second.location?.href).toBe(first.location?.href);
    const resumed = await browser.follow(second, server.main.url);
    expect(callbackParams(resumed).get('code')).toEqual(expect.any(String));
    expect((await submitLogin(browser, location, userId)).body).toBe('transaction_invalid');
  });

  test('a login that is completed cannot be completed by someone else, or given up', async () => {
    const { userId: other } = await server.main.addUser('grace');
    const browser = new Browser();
    const { location } = await browser.get(authorization(server.main, { clientId: 'web' }).url);
    await submitLogin(browser, location, userId);

    expect((await submitLogin(browser, location, other)).body).toBe('transaction_invalid');
    expect((await browser.post(location ?? '', {})).body).toBe('transaction_invalid');
    expect((await submitLogin(new Browser(), location, userId)).body).toBe('transaction_invalid');
  });

  test('a finished authorization resumes exactly once, also in parallel', async () => {
    const browser = new Browser();
    const { location } = await browser.get(authorization(server.main, { clientId: 'web' }).url);
    const { location: resume } = await submitLogin(browser, location, userId);

    const pages = await Promise.all(
      Array.from({ length: 8 }, () => browser.without().get(resume ?? '')),
    );

    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(pages.filter(({ body }) => body.includes('already completed'))).toHaveLength(7);
  });

  test('the resume address is of no use in another browser', async () => {
    const browser = new Browser();
    const { location } = await browser.get(authorization(server.main, { clientId: 'web' }).url);
    const { location: resume } = await submitLogin(browser, location, userId);

    const page = await new Browser().get(resume ?? '');

    expect(page.status).toBe(400);
    expect(page.body).toContain('begun in another browser');
  });

  test('transactions.fail() tells the application', async () => {
    const browser = new Browser();
    const { location } = await browser.get(authorization(server.main, { clientId: 'web' }).url);
    const page = await browser.follow(await browser.post(location ?? '', {}), server.main.url);

    expect(callbackParams(page).get('error')).toBe('access_denied');
    expect(callbackParams(page).get('error_description')).toBe('given up');
  });

  test('response_type=id_token with form_post delivers an ID token', async () => {
    const request = authorization(server.main, {
      clientId: 'web',
      params: { response_type: 'id_token', response_mode: 'form_post' },
    });
    const page = await logIn(server.main, new Browser(), request, userId);

    expect(page.status).toBe(200);
    expect(page.body).toContain(`action="${CALLBACK}"`);
    const idToken = /name="id_token" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    expect(claimsOf(idToken)).toMatchObject({ sub: userId, email: 'ada@example.com' });
    expect(claimsOf(idToken).sid).toEqual(expect.any(String));
  });

  test('response_type=code id_token delivers both in the fragment', async () => {
    const request = authorization(server.main, {
      clientId: 'web',
      params: { response_type: 'code id_token' },
    });
    const page = await logIn(server.main, new Browser(), request, userId);
    const params = new URLSearchParams(page.location?.hash.slice(1));

    expect(claimsOf(params.get('id_token') ?? '').c_hash).toEqual(expect.any(String));
    expect((await redeem(server.main, 'web', params.get('code'), request)).status).toBe(200);
  });

  test('a deleted person cannot redeem a code', async () => {
    const eve = await server.main.addUser('eve');
    const request = authorization(server.main, { clientId: 'web' });
    const page = await logIn(server.main, new Browser(), request, eve.userId);
    await server.main.store.users.delete(eve.userId);

    const answer = await redeem(server.main, 'web', callbackParams(page).get('code'), request);
    expect(answer.status).toBe(403);
  });

  test('a missing code is named', async () => {
    const answer = await postForm(`${server.main.url}/oauth/token`, {
      grant_type: 'authorization_code',
      client_id: 'web',
      client_secret: CLIENT_SECRET,
      redirect_uri: CALLBACK,
    });

    expect(answer).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: 'Missing required parameter: code' },
    });
  });
});
