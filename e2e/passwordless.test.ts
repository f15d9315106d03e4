import { createHash, randomBytes } from 'node:crypto';
import { eventually } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentialsOf, LoginFlows } from './login-flows.ts';
import { CALLBACK, hiddenOf, Visitor } from './visitor.ts';

const GRANT = 'http://auth0.com/oauth/grant-type/passwordless/otp';

describe('passwordless logins', () => {
  let flows: LoginFlows;
  beforeAll(async () => {
    flows = await LoginFlows.open();
    const { management } = flows.server;
    await management.ok('POST', 'connections', {
      name: 'email',
      strategy: 'email',
      enabled_clients: [flows.web.client_id],
      options: { totp: { length: 8 } },
    });
    await management.ok('PATCH', `clients/${flows.web.client_id}`, {
      grant_types: ['authorization_code', 'refresh_token', GRANT],
    });
    await flows.bind(
      'post-login',
      `exports.onExecutePostLogin = async (event, api) => {
        const { authentication, connection } = event;
        api.idToken.setCustomClaim('https://example.com/how', {
          methods: authentication.methods.map(({ name }) => name),
          strategy: connection.strategy,
        });
      };`,
    );
  }, 120_000);
  afterAll(() => flows?.[Symbol.asyncDispose]());

  /** What stands in the newest message to an address: there is no mail server, so it is kept. */
  async function readMessage(to: string): Promise<string> {
    const { management } = flows.server;
    const { id } = await eventually(`message to ${to}`, async () => {
      const [message] = await management.ok('GET', `outbox?to=${to}&status=kept`);
      return message;
    });
    const { content } = await management.ok('GET', `outbox/${id}`);
    await management.ok('DELETE', `outbox?to=${to}`);
    return JSON.stringify(content);
  }
  const readCode = async (to: string) => /\b\d{8}\b/.exec(await readMessage(to))?.[0] ?? '';
  const claimsOf = (jwt = '') =>
    JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  const start = (body: object) =>
    flows.server.fetch(`${flows.server.url}/passwordless/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...credentialsOf(flows.web), connection: 'email', ...body }),
    });

  test('by a code on the pages, told to Actions and to the log', async () => {
    const email = 'code@example.com';
    const { visitor } = flows.newLogin();
    const challenge = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: flows.web.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid email',
      connection: 'email',
      login_hint: email,
      ui_locales: 'en',
      code_challenge: createHash('sha256').update(challenge).digest('base64url'),
      code_challenge_method: 'S256',
    });
    let { to } = await visitor.open(`/authorize?${query}`);
    ({ to } = await visitor.open(to ?? ''));
    const page = await visitor.open(to ?? '');
    expect(page.text).toContain(`value="${email}"`);
    ({ to } = await visitor.open('/u/login/passwordless', { ...hiddenOf(page.text), email }));
    const form = hiddenOf((await visitor.open(to ?? '')).text);
    const code = await readCode(email);
    ({ to } = await visitor.open('/u/login/code', { ...form, code }));
    const callback = await visitor.authorize(to ?? '');
    const tokens = await flows.token({
      grant_type: 'authorization_code',
      ...credentialsOf(flows.web),
      code: callback.get('code') ?? '',
      code_verifier: challenge,
      redirect_uri: CALLBACK,
    });
    const claims = claimsOf(tokens.id_token);
    expect(claims).toMatchObject({
      sub: expect.stringMatching(/^email\|/),
      email,
      email_verified: true,
      'https://example.com/how': { methods: ['email'], strategy: 'email' },
    });
    const logs: Record<string, string>[] = await flows.server.management.ok('GET', 'logs');
    const entry = logs.find(({ type, user_id: of }) => type === 's' && of === claims.sub);
    expect(entry).toMatchObject({ strategy: 'email', strategy_type: 'passwordless' });
    expect(JSON.stringify(logs)).not.toContain(code);

    query.set('prompt', 'none');
    expect((await visitor.authorize(`/authorize?${query}`)).has('code')).toBe(true);
    query.set('prompt', 'select_account');
    expect((await visitor.open(`/authorize?${query}`)).to).toContain('/u/login');
  });

  test('by a link, as the authorization that was asked for', async () => {
    const email = 'link@example.com';
    const verifier = randomBytes(32).toString('base64url');
    const authParams = {
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid email',
      state: 'of-the-application',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    expect((await start({ email, send: 'link', authParams })).status).toBe(200);
    const message = await readMessage(email);
    const ticket = /verify_redirect\?ticket=([\w-]+)/.exec(message)?.[1] ?? '';
    const visitor = new Visitor(flows.server);
    const page = await visitor.open(`/passwordless/verify_redirect?ticket=${ticket}`);
    expect(page.text).toContain(email);
    const { to } = await visitor.open('/passwordless/verify_redirect', hiddenOf(page.text));
    const callback = await visitor.authorize(to ?? '');
    expect(callback.get('state')).toBe('of-the-application');
    const tokens = await flows.token({
      grant_type: 'authorization_code',
      ...credentialsOf(flows.web),
      code: callback.get('code') ?? '',
      code_verifier: verifier,
      redirect_uri: CALLBACK,
    });
    expect(claimsOf(tokens.id_token)).toMatchObject({ email });

    const late = await new Visitor(flows.server).open(
      `/passwordless/verify_redirect?ticket=${ticket}`,
    );
    const logs = JSON.stringify(await flows.server.management.ok('GET', 'logs'));
    expect(logs).not.toContain(ticket);
    expect(late.status).toBeLessThan(500);
  });

  test('by a code at the token endpoint, once', async () => {
    const email = 'direct@example.com';
    expect((await start({ email, send: 'code' })).status).toBe(200);
    const form = {
      grant_type: GRANT,
      ...credentialsOf(flows.web),
      username: email,
      otp: await readCode(email),
      realm: 'email',
      scope: 'openid email',
    };
    const tokens = await flows.token(form);
    expect(claimsOf(tokens.id_token)).toMatchObject({
      email,
      'https://example.com/how': { methods: ['email'] },
    });
    expect(await flows.token(form)).toMatchObject({ status: 403, error: 'invalid_grant' });
  });
});
