import { createHmac } from 'node:crypto';
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

  test('a second factor by its API: enrolled and verified', async () => {
    const { management } = flows.server;
    await management.ok('PUT', 'guardian/factors/otp', { enabled: true });
    await management.ok('PUT', 'guardian/policies', ['all-applications']);
    const trusted = clientOf(
      await management.ok('POST', 'clients', {
        name: 'Trusted with passwords',
        app_type: 'regular_web',
        grant_types: [
          'password',
          'http://auth0.com/oauth/grant-type/password-realm',
          'http://auth0.com/oauth/grant-type/mfa-otp',
        ],
      }),
    );
    const { email, user_id } = await flows.addPerson();
    const ask = () =>
      trusted
        .getTokenByPassword({
          username: email,
          password: PASSWORD,
          realm: flows.connection,
          scope: 'openid',
        })
        .then(
          () => undefined,
          (error: { cause?: { error?: string; mfa_token?: string } }) => error.cause,
        );
    const refused = await ask();
    expect(refused).toMatchObject({ error: 'mfa_required', mfa_token: expect.any(String) });
    const mfaToken = refused?.mfa_token ?? '';
    const enrolled = await trusted.mfa.enrollAuthenticator({
      authenticatorTypes: ['otp'],
      mfaToken,
    });
    const secret = 'secret' in enrolled ? enrolled.secret : '';
    const tokens = await trusted.mfa.verify({ mfaToken, factorType: 'otp', otp: totp(secret) });
    expect(decodeJwt(tokens.idToken ?? '')).toMatchObject({ sub: user_id });
    await management.ok('PUT', 'guardian/policies', []);
  });
});

/** One-time password of now (RFC 6238): six digits, 30 s, SHA-1. */
function totp(secret: string): string {
  const bits = [...secret].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes =
    bits
      .join('')
      .match(/.{8}/g)
      ?.map((byte) => Number.parseInt(byte, 2)) ?? [];
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', Buffer.from(bytes)).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
