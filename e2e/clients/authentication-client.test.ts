import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { eventually } from '@tessera/testkit';
import { AuthenticationClient, UserInfoClient } from 'auth0';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUDIENCE, LoginFlows } from '../login-flows.ts';
import { CALLBACK, PASSWORD } from '../visitor.ts';

/** The AuthenticationClient of `auth0` 6, unmodified. */
describe('auth0 for Node', () => {
  const trusted = getCACertificates('default');
  let flows: LoginFlows;
  let web: AuthenticationClient;
  let machine: AuthenticationClient;
  let person: { readonly email: string; readonly user_id: string };

  beforeAll(async () => {
    // The library speaks https only, and fetches the keys past the `fetch` that it is given.
    flows = await LoginFlows.open({ tls: true });
    const ca = readFileSync(join(flows.server.dataDir, 'tls', 'ca.pem'), 'utf8');
    setDefaultCACertificates([...trusted, ca]);
    person = await flows.addPerson();
    web = clientOf(flows.web);
    machine = clientOf(flows.machine);
  });
  afterAll(async () => {
    setDefaultCACertificates(trusted);
    await flows?.[Symbol.asyncDispose]();
  });

  function clientOf(client: { readonly client_id: string; readonly client_secret: string }) {
    return new AuthenticationClient({
      domain: new URL(flows.server.url).host,
      clientId: client.client_id,
      clientSecret: client.client_secret,
    });
  }

  async function logIn(parameters: Record<string, string> = {}) {
    const callback = await flows.newLogin().authorize(person, {
      scope: 'openid profile email offline_access',
      ...parameters,
    });
    return callback.get('code') ?? '';
  }

  /** Tokens of a login whose code the library exchanges, and whose ID token it verifies. */
  async function tokensOf(parameters: Record<string, string> = {}) {
    const code_verifier = 'a-code-verifier-that-is-long-enough-for-the-standard';
    const challenge = await crypto.subtle.digest(
      'SHA-256',
      new TextEncoder().encode(code_verifier),
    );
    const code = await logIn({
      code_challenge: Buffer.from(challenge).toString('base64url'),
      ...parameters,
    });
    const { data } = await web.oauth.authorizationCodeGrantWithPKCE({
      code,
      code_verifier,
      redirect_uri: CALLBACK,
    });
    return data;
  }

  test('exchanges a code with PKCE and verifies the ID token', async () => {
    const tokens = await tokensOf();
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ sub: person.user_id });
    expect(tokens).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) });
  });

  test('refreshes, and revokes with a JSON body', async () => {
    const { refresh_token = '' } = await tokensOf();
    const { data } = await web.oauth.refreshTokenGrant({ refresh_token });
    expect(decodeJwt(data.id_token ?? '')).toMatchObject({ sub: person.user_id });
    await web.oauth.revokeRefreshToken({ token: refresh_token });
    await expect(web.oauth.refreshTokenGrant({ refresh_token })).rejects.toMatchObject({
      statusCode: 403,
      error: 'invalid_grant',
    });
  });

  test('client credentials', async () => {
    const { data } = await machine.oauth.clientCredentialsGrant({ audience: AUDIENCE });
    expect(decodeJwt(data.access_token)).toMatchObject({
      aud: AUDIENCE,
      gty: 'client-credentials',
    });
    await expect(
      machine.oauth.clientCredentialsGrant({ audience: 'https://unknown.example.com/' }),
    ).rejects.toMatchObject({ statusCode: 403, error: 'access_denied' });
  });

  test('pushes a request', async () => {
    const { data } = await web.oauth.pushedAuthorization({
      client_id: flows.web.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid',
    });
    expect(data).toMatchObject({ request_uri: expect.stringMatching(/^urn:/), expires_in: 60 });
  });

  test('userinfo', async () => {
    const { access_token } = await tokensOf();
    const userInfo = new UserInfoClient({ domain: new URL(flows.server.url).host });
    const { data } = await userInfo.getUserInfo(access_token);
    expect(data).toMatchObject({ sub: person.user_id, email: person.email });
  });

  test('signs up; a second sign-up and a weak password are told in its errors', async () => {
    const user = { ...flows.newPerson(), password: PASSWORD, connection: flows.connection };
    const { data } = await web.database.signUp({ ...user, name: 'Ada' });
    expect(data).toMatchObject({ email: user.email, email_verified: false, name: 'Ada' });
    await expect(web.database.signUp(user)).rejects.toMatchObject({
      statusCode: 400,
      error: 'invalid_signup',
    });
    await expect(
      web.database.signUp({ ...user, ...flows.newPerson(), password: 'abc' }),
    ).rejects.toMatchObject({ statusCode: 400, error: 'invalid_password' });
  });

  test('the password grant, in the default directory and in a realm; a wrong one is told so', async () => {
    const settings = { default_directory: flows.connection };
    await flows.server.management.ok('PATCH', 'tenants/settings', settings);
    const trusted = await registerTrusted();
    const credentials = { username: person.email, password: PASSWORD, audience: AUDIENCE };
    const plain = await trusted.oauth.passwordGrant({ ...credentials, scope: 'openid' });
    expect(decodeJwt(plain.data.access_token)).toMatchObject({
      sub: person.user_id,
      gty: 'password',
    });
    const realm = await trusted.oauth.passwordGrant({ ...credentials, realm: flows.connection });
    expect(decodeJwt(realm.data.access_token)).toMatchObject({ sub: person.user_id });
    await expect(
      trusted.oauth.passwordGrant({ ...credentials, password: 'wrong' }),
    ).rejects.toMatchObject({
      statusCode: 403,
      error: 'invalid_grant',
      error_description: 'Wrong email or password.',
    });
  });

  test('passwordless: a code by e-mail logs in, once', async () => {
    const { client_id, ...trusted } = await registerTrusted();
    await flows.server.management.ok('POST', 'connections', {
      name: 'email',
      strategy: 'email',
      enabled_clients: [client_id],
    });
    const email = 'passwordless@example.com';
    await trusted.passwordless.sendEmail({ email, send: 'code' });
    const code =
      /\b\d{6}\b/.exec(JSON.stringify(await messageTo(email, 'passwordless_email')))?.[0] ?? '';
    await expect(
      trusted.passwordless.loginWithEmail({ email, code: code === '000000' ? '1' : '000000' }),
    ).rejects.toMatchObject({ error: 'invalid_grant' });
    const { data } = await trusted.passwordless.loginWithEmail({
      email,
      code,
      scope: 'openid email',
    });
    expect(decodeJwt(data.id_token ?? '')).toMatchObject({ email, email_verified: true });
    await expect(trusted.passwordless.loginWithEmail({ email, code })).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('asks for a new password: the same answer with and without an account', async () => {
    const answers = [];
    for (const email of [person.email, 'nobody@example.com']) {
      const { connection } = flows;
      answers.push((await web.database.changePassword({ email, connection })).data);
    }
    expect(answers[0]).toBe("We've just sent you an email to reset your password.");
    expect(answers[1]).toBe(answers[0]);
    expect(JSON.stringify(await messageTo(person.email, 'reset_email'))).toContain(
      '/u/reset-verify?ticket=',
    );
  });

  /** An application that its owner trusts with passwords and codes. */
  async function registerTrusted() {
    const registered = await flows.server.management.ok('POST', 'clients', {
      name: `Trusted ${Math.random()}`,
      app_type: 'regular_web',
      grant_types: [
        'password',
        'http://auth0.com/oauth/grant-type/password-realm',
        'http://auth0.com/oauth/grant-type/passwordless/otp',
      ],
    });
    const { oauth, passwordless } = clientOf(registered);
    return { oauth, passwordless, client_id: String(registered.client_id) };
  }

  /** The newest message of a kind that the server keeps: it has no way to send any. */
  async function messageTo(to: string, template: string) {
    const { management } = flows.server;
    const { id } = await eventually(`${template} to ${to}`, async () => {
      const found = await management.ok('GET', `outbox?${new URLSearchParams({ to, template })}`);
      const [first] = found.messages ?? found;
      return first?.status === 'kept' ? first : undefined;
    });
    return await management.ok('GET', `outbox/${id}`);
  }
});
