import { AuthClient } from '@auth0/auth0-auth-js';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUDIENCE, LoginFlows } from '../login-flows.ts';
import { CALLBACK, PASSWORD, Visitor } from '../visitor.ts';

/** auth0-auth-js, unmodified; what `@auth0/nextjs-auth0` and the hosted service's other web SDKs stand on. */
describe('auth0-auth-js', () => {
  let flows: LoginFlows;
  let web: AuthClient;
  let machine: AuthClient;
  let person: { readonly email: string; readonly user_id: string };

  beforeAll(async () => {
    // The library speaks https only.
    flows = await LoginFlows.open({ tls: true });
    person = await flows.addPerson();
    web = clientOf(flows.web);
    machine = clientOf(flows.machine);
    await flows.server.management.ok('PATCH', `clients/${flows.web.client_id}`, {
      allowed_logout_urls: [CALLBACK],
    });
  });
  afterAll(async () => {
    await flows?.[Symbol.asyncDispose]();
  });

  function clientOf(client: { readonly client_id: string; readonly client_secret: string }) {
    return new AuthClient({
      domain: new URL(flows.server.url).host,
      clientId: client.client_id,
      clientSecret: client.client_secret,
      authorizationParams: { redirect_uri: CALLBACK, scope: 'openid profile email offline_access' },
      customFetch: flows.server.fetch as unknown as typeof fetch,
    });
  }

  async function logIn(options: Parameters<AuthClient['buildAuthorizationUrl']>[0] = {}) {
    const visitor = new Visitor(flows.server);
    const { authorizationUrl, codeVerifier } = await web.buildAuthorizationUrl(options);
    const callback = await visitor.authorizeTo(authorizationUrl.href, person);
    return { visitor, tokens: await web.getTokenByCode(callback, { codeVerifier }) };
  }

  test('authorization code, with and without a pushed request', async () => {
    for (const pushedAuthorizationRequests of [false, true]) {
      const { tokens } = await logIn({ pushedAuthorizationRequests });
      expect(tokens.claims).toMatchObject({ sub: person.user_id, email: person.email });
      expect(tokens.refreshToken).toBeDefined();
    }
  });

  test('refresh, for the scope that it asks for', async () => {
    const { tokens } = await logIn({
      authorizationParams: {
        redirect_uri: CALLBACK,
        audience: AUDIENCE,
        scope: 'openid profile email offline_access',
      },
    });
    const refreshed = await web.getTokenByRefreshToken({
      refreshToken: tokens.refreshToken ?? '',
      scope: 'openid',
    });
    expect(decodeJwt(refreshed.accessToken)).toMatchObject({
      sub: person.user_id,
      scope: 'openid',
    });
  });

  test('userinfo', async () => {
    const { tokens } = await logIn();
    expect(await web.getUserInfo({ accessToken: tokens.accessToken })).toMatchObject({
      sub: person.user_id,
      email: person.email,
    });
  });

  test('client credentials; a wrong secret is told as such', async () => {
    const { accessToken } = await machine.getTokenByClientCredentials({ audience: AUDIENCE });
    expect(decodeJwt(accessToken).aud).toBe(AUDIENCE);
    const wrong = clientOf({ ...flows.machine, client_secret: 'wrong' });
    await expect(wrong.getTokenByClientCredentials({ audience: AUDIENCE })).rejects.toMatchObject({
      cause: { error: 'access_denied', error_description: 'Unauthorized' },
    });
  });

  test('revocation', async () => {
    const { tokens } = await logIn();
    const refreshToken = tokens.refreshToken ?? '';
    await web.revokeToken({ token: refreshToken });
    await expect(web.getTokenByRefreshToken({ refreshToken })).rejects.toMatchObject({
      cause: { error: 'invalid_grant' },
    });
  });

  test('sign-up; the new person logs in, and a second one of the same address is refused', async () => {
    const { email } = flows.newPerson();
    const user = { email, password: PASSWORD, connection: flows.connection };
    const created = await web.database.signUp({
      ...user,
      givenName: 'Ada',
      userMetadata: { plan: 'gold' },
    });
    expect(created).toMatchObject({ email, emailVerified: false, givenName: 'Ada' });
    const { authorizationUrl, codeVerifier } = await web.buildAuthorizationUrl();
    const visitor = new Visitor(flows.server);
    const callback = await visitor.authorizeTo(authorizationUrl.href, { email });
    const tokens = await web.getTokenByCode(callback, { codeVerifier });
    expect(tokens.claims?.sub).toBe(`auth0|${created.id}`);
    await expect(web.database.signUp(user)).rejects.toMatchObject({
      cause: { error: 'invalid_signup' },
    });
  });

  test('its logout address has no ID token: the person is asked, then comes back', async () => {
    const { visitor } = await logIn();
    const url = await web.buildLogoutUrl({ returnTo: CALLBACK });
    const { text, to } = await visitor.open(url.href);
    expect(to).toBeNull();
    expect(text).toContain('<form');
  });
});
