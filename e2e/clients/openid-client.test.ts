import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUDIENCE, LoginFlows } from '../login-flows.ts';
import { CALLBACK, hiddenOf, PASSWORD, Visitor } from '../visitor.ts';

/** openid-client, unmodified, as each kind of application that it can be. */
describe('openid-client', () => {
  let flows: LoginFlows;
  let web: oauth.Configuration;
  let machine: oauth.Configuration;
  let person: { readonly email: string; readonly user_id: string };

  beforeAll(async () => {
    flows = await LoginFlows.open();
    person = await flows.addPerson();
    web = await discover(flows.web);
    machine = await discover(flows.machine);
    const { management } = flows.server;
    await management.ok('PATCH', `clients/${flows.web.client_id}`, {
      grant_types: ['authorization_code', 'implicit', 'refresh_token'],
      allowed_logout_urls: [CALLBACK],
      refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 },
    });
  });
  afterAll(async () => {
    await flows?.[Symbol.asyncDispose]();
  });

  async function discover(
    client: { readonly client_id: string; readonly client_secret?: string },
    authentication?: oauth.ClientAuth,
  ): Promise<oauth.Configuration> {
    const customFetch = flows.server.fetch as unknown as oauth.CustomFetch;
    return await oauth.discovery(
      new URL(flows.server.url),
      client.client_id,
      client.client_secret,
      authentication,
      { execute: [oauth.allowInsecureRequests], [oauth.customFetch]: customFetch },
    );
  }

  /** Logs in with every check that the library has; returns what it got and who was logged in. */
  async function logIn(
    configuration: oauth.Configuration,
    options: { readonly parameters?: Record<string, string>; readonly isPushed?: boolean } = {},
  ) {
    const visitor = new Visitor(flows.server);
    const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
    const expectedState = oauth.randomState();
    const expectedNonce = oauth.randomNonce();
    const parameters = {
      redirect_uri: CALLBACK,
      scope: 'openid profile email offline_access',
      code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
      ...options.parameters,
    };
    const url = options.isPushed
      ? await oauth.buildAuthorizationUrlWithPAR(configuration, parameters)
      : oauth.buildAuthorizationUrl(configuration, parameters);
    const callback = new URL(CALLBACK);
    callback.search = String(await visitor.authorize(url.href, person));
    const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
    return {
      url,
      callback,
      visitor,
      tokens: await oauth.authorizationCodeGrant(configuration, callback, checks),
    };
  }

  test('discovery names the issuer, and what this server can', () => {
    expect(web.serverMetadata()).toMatchObject({
      issuer: `${flows.server.url}/`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      pushed_authorization_request_endpoint: `${flows.server.url}/oauth/par`,
    });
    expect(web.serverMetadata().supportsPKCE()).toBe(true);
  });

  test('authorization code with PKCE, nonce and state; userinfo says the same person', async () => {
    const { tokens, callback } = await logIn(web);
    expect(callback.searchParams.get('iss')).toBe(`${flows.server.url}/`);
    expect(tokens.claims()).toMatchObject({
      iss: `${flows.server.url}/`,
      aud: flows.web.client_id,
      sub: person.user_id,
      email: person.email,
    });
    const info = await oauth.fetchUserInfo(web, tokens.access_token, person.user_id);
    expect(info).toMatchObject({ sub: person.user_id, email: person.email });
  });

  test('userinfo opens with a JWT for an API, too', async () => {
    const { tokens } = await logIn(web, { parameters: { audience: AUDIENCE } });
    expect(decodeJwt(tokens.access_token).aud).toContain(AUDIENCE);
    const info = await oauth.fetchUserInfo(web, tokens.access_token, person.user_id);
    expect(info.email).toBe(person.email);
  });

  test('client_secret_basic, and a public client, get the same', async () => {
    const { client_id, client_secret } = await flows.server.management.ok('POST', 'clients', {
      name: 'Basic',
      app_type: 'regular_web',
      callbacks: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const basic = await discover({ client_id }, oauth.ClientSecretBasic(client_secret));
    expect((await logIn(basic)).tokens.claims()?.aud).toBe(client_id);

    const native = await flows.server.management.ok('POST', 'clients', {
      name: 'Native',
      app_type: 'native',
      callbacks: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    });
    const open = await discover({ client_id: native.client_id }, oauth.None());
    const { tokens } = await logIn(open);
    const refreshed = await oauth.refreshTokenGrant(open, tokens.refresh_token ?? '');
    expect(refreshed.claims()?.sub).toBe(person.user_id);
  });

  test('refresh tokens rotate; a used one ends its family', async () => {
    const { tokens } = await logIn(web);
    const first = tokens.refresh_token ?? '';
    const second = await oauth.refreshTokenGrant(web, first);
    expect(second.refresh_token).toBeDefined();
    expect(second.refresh_token).not.toBe(first);
    expect(second.claims()?.sub).toBe(person.user_id);
    await expect(oauth.refreshTokenGrant(web, first)).rejects.toMatchObject(INVALID_GRANT);
    const last = second.refresh_token ?? '';
    await expect(oauth.refreshTokenGrant(web, last)).rejects.toMatchObject(INVALID_GRANT);
  });

  test('a pushed request leaves nothing of itself in the browser', async () => {
    const { url, tokens } = await logIn(web, { isPushed: true });
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    expect(tokens.claims()?.sub).toBe(person.user_id);
    expect(tokens.refresh_token).toBeDefined();
  });

  test.for([
    ['audience', { audience: AUDIENCE }],
    ['resource (RFC 8707)', { resource: AUDIENCE }],
  ] as const)('client credentials, the API named by %s', async ([, parameters]) => {
    const tokens = await oauth.clientCredentialsGrant(machine, { ...parameters });
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      aud: AUDIENCE,
      azp: flows.machine.client_id,
      gty: 'client-credentials',
    });
  });

  test('a revoked refresh token is of no use', async () => {
    const { tokens } = await logIn(web);
    const token = tokens.refresh_token ?? '';
    await oauth.tokenRevocation(web, token);
    await expect(oauth.refreshTokenGrant(web, token)).rejects.toMatchObject(INVALID_GRANT);
  });

  test('implicit and hybrid responses are checked by the library', async () => {
    const nonce = oauth.randomNonce();
    const state = oauth.randomState();
    const implicit = await discover(flows.web, oauth.ClientSecretPost(flows.web.client_secret));
    oauth.useIdTokenResponseType(implicit);
    const url = oauth.buildAuthorizationUrl(implicit, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      nonce,
      state,
    });
    const callback = await fragmentOf(url.href);
    const claims = await oauth.implicitAuthentication(implicit, callback, nonce, {
      expectedState: state,
    });
    expect(claims.sub).toBe(person.user_id);

    const hybrid = await discover(flows.web, oauth.ClientSecretPost(flows.web.client_secret));
    oauth.useCodeIdTokenResponseType(hybrid);
    const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
    const both = oauth.buildAuthorizationUrl(hybrid, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      nonce,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const tokens = await oauth.authorizationCodeGrant(hybrid, await fragmentOf(both.href), {
      pkceCodeVerifier,
      expectedState: state,
      expectedNonce: nonce,
    });
    expect(tokens.claims()?.sub).toBe(person.user_id);
  });

  /** Where the browser ends up, its answer in the fragment. */
  async function fragmentOf(url: string): Promise<URL> {
    const visitor = new Visitor(flows.server);
    return await visitor.authorizeTo(url, person);
  }

  test('logging out with the ID token ends the session and comes back', async () => {
    const { tokens, visitor } = await logIn(web);
    const state = oauth.randomState();
    const url = oauth.buildEndSessionUrl(web, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: CALLBACK,
      state,
    });
    let { to } = await visitor.open(url.href);
    while (to?.startsWith('/') || to?.startsWith(flows.server.url))
      ({ to } = await visitor.open(to));
    expect(to).toBe(`${CALLBACK}?state=${state}`);
    const silent = await visitor.authorize(
      oauth.buildAuthorizationUrl(web, { redirect_uri: CALLBACK, scope: 'openid', prompt: 'none' })
        .href,
    );
    expect(silent.get('error')).toBe('login_required');
  });

  test('a device gets tokens when the person has confirmed its code elsewhere', async () => {
    const { client_id } = await flows.server.management.ok('POST', 'clients', {
      name: 'Television',
      app_type: 'native',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    });
    const device = await discover({ client_id }, oauth.None());
    const parameters = { scope: 'openid offline_access', audience: AUDIENCE };
    const started = await oauth.initiateDeviceAuthorization(device, parameters);
    const visitor = new Visitor(flows.server);
    const page = await visitor.open(started.verification_uri_complete ?? '');
    const typed = { ...hiddenOf(page.text), user_code: started.user_code };
    const confirm = await visitor.open('/activate', typed);
    const form = { ...hiddenOf(confirm.text), confirm: 'yes' };
    let { to } = await visitor.open('/activate', form);
    const login = await visitor.open(to ?? '');
    const filled = { ...hiddenOf(login.text), identifier: person.email, password: PASSWORD };
    ({ to } = await visitor.open('/u/login', filled));
    while (to !== null) ({ to } = await visitor.open(to));
    expect(visitor.last).toContain('Television');
    // The person was faster than the device: there is nothing to wait for.
    const tokens = await oauth.pollDeviceAuthorizationGrant(device, { ...started, interval: 0 });
    expect(tokens.claims()?.sub).toBe(person.user_id);
    expect(decodeJwt(tokens.access_token).aud).toContain(AUDIENCE);
    expect(tokens.refresh_token).toBeDefined();
  });

  test('a response of another server is refused by the library: iss is right', async () => {
    const { callback } = await logIn(web);
    callback.searchParams.set('iss', 'https://mix-up.example.com/');
    await expect(oauth.authorizationCodeGrant(web, callback, {})).rejects.toMatchObject({
      code: 'OAUTH_INVALID_RESPONSE',
    });
  });
});

const INVALID_GRANT = { error: 'invalid_grant' };
