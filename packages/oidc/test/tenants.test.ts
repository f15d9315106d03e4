import { request as httpRequest } from 'node:http';
import { createTestTenant } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { signingKey } from './support/entities.ts';
import {
  authorization,
  callbackParams,
  claimsOf,
  getTokens,
  headerOf,
  logIn,
  redeem,
  refresh,
} from './support/flows.ts';
import { startOidc, type TestOidc, type TestTenant } from './support/start-oidc.ts';

describe('tenants', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('tenants');
    for (const tenant of [server.main, server.other]) {
      await tenant.addClient({ clientId: 'web' });
      await tenant.addApi({ identifier: 'shared-name' });
      ({ userId } = await tenant.addUser('ada'));
    }
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** A GET with headers that fetch() would not send. */
  function rawGet(tenant: TestTenant, path: string, headers: Record<string, string>) {
    const { port } = new URL(tenant.url);
    const answer = Promise.withResolvers<{ status: number; location: string; body: string }>();
    const sent = httpRequest({ host: '127.0.0.1', port, path, headers }, async (response) => {
      const chunks = await response.toArray();
      answer.resolve({
        status: response.statusCode ?? 0,
        location: response.headers.location ?? '',
        body: Buffer.concat(chunks).toString(),
      });
    });
    sent.on('error', answer.reject);
    sent.end();
    return answer.promise;
  }

  test('discovery describes the tenant at its own address', async () => {
    for (const { url, issuer } of [server.main, server.other]) {
      const answer = await fetch(`${url}/.well-known/openid-configuration`);
      const document = (await answer.json()) as Record<string, unknown>;

      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(document).toMatchObject({
        issuer,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/oauth/token`,
        userinfo_endpoint: `${url}/userinfo`,
        revocation_endpoint: `${url}/oauth/revoke`,
        pushed_authorization_request_endpoint: `${url}/oauth/par`,
        end_session_endpoint: `${url}/oidc/logout`,
        jwks_uri: `${url}/.well-known/jwks.json`,
        response_modes_supported: ['form_post', 'fragment', 'query', 'web_message'],
        response_types_supported: ['code', 'id_token', 'code id_token'],
        code_challenge_methods_supported: ['S256'],
        scopes_supported: expect.arrayContaining(['openid', 'profile', 'email', 'offline_access']),
      });
    }
  });

  const forgeries: Record<string, string>[] = [
    { host: 'evil.example.com', 'x-test-host': '127.0.0.1' },
    { 'x-forwarded-host': 'evil.example.com', 'x-forwarded-proto': 'https' },
    { forwarded: 'host=evil.example.com;proto=https' },
  ];
  test.for(forgeries)('a forged host (%o) is not reflected', async (headers) => {
    const discovery = await rawGet(server.main, '/.well-known/openid-configuration', headers);
    expect(discovery.body).not.toContain('evil');
    const { search } = authorization(server.main, { clientId: 'web' }).url;
    const authorize = await rawGet(server.main, `/authorize${search}`, headers);
    expect(authorize.location).toMatch(/^\/u\/login\?state=/);
  });

  test('an absolute request target is not reflected', async () => {
    const answer = await rawGet(
      server.main,
      'http://evil.example.com/.well-known/openid-configuration',
      {},
    );

    expect(answer.body).not.toContain('evil');
  });

  test('nothing of one tenant is good at another', async () => {
    const browser = new Browser();
    const request = authorization(server.main, { clientId: 'web', scope: 'openid offline_access' });
    const page = await logIn(server.main, browser, request, userId);
    const code = callbackParams(page).get('code');
    expect((await redeem(server.other, 'web', code, request)).status).toBe(403);

    const { body } = await redeem(server.main, 'web', code, request);
    expect((await refresh(server.other, 'web', body.refresh_token)).status).toBe(403);
    const jwt = await getTokens(server.main, {
      clientId: 'web',
      userId,
      params: { audience: 'shared-name' },
    });
    for (const token of [body.access_token, jwt.body.access_token]) {
      const userinfo = await fetch(`${server.other.url}/userinfo`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(userinfo.status).toBe(401);
    }
  });

  test('a session cookie of one tenant is no session at another', async () => {
    const browser = new Browser();
    await logIn(server.main, browser, authorization(server.main, { clientId: 'web' }), userId);
    const cookie = `tessera=${browser.cookie('tessera')}; tessera.sig=${browser.cookie('tessera.sig')}`;
    const ask = (tenant: TestTenant) =>
      new Browser().get(
        authorization(tenant, { clientId: 'web', params: { prompt: 'none' } }).url,
        { cookie },
      );

    expect(callbackParams(await ask(server.main)).has('code')).toBe(true);
    expect(callbackParams(await ask(server.other)).get('error')).toBe('login_required');
  });

  test('a login state of one tenant is unknown at another', async () => {
    const browser = new Browser();
    const { location } = await browser.get(authorization(server.main, { clientId: 'web' }).url);
    const state = location?.searchParams.get('state');

    expect((await browser.get(`${server.other.url}/u/login?state=${state}`)).status).toBe(400);
    expect((await browser.get(`${server.main.url}/u/login?state=${state}`)).status).toBe(200);
  });

  test('JWKS has current, next and previous keys; a rotation takes hold at once', async () => {
    const kids = async () => {
      const answer = await fetch(`${server.other.url}/.well-known/jwks.json`);
      const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] };
      expect(keys.some((key) => 'd' in key || 'p' in key)).toBe(false);
      return keys.map(({ kid }) => kid);
    };
    const token = async () =>
      (await getTokens(server.other, { clientId: 'web', userId })).body.id_token as string;
    await server.other.store.signingKeys.create(await signingKey('other-next', 'next'));
    await expect.poll(kids).toEqual(['other-current', 'other-next']);
    const before = await token();
    expect(headerOf(before).kid).toBe('other-current');

    await server.other.store.signingKeys.rotate(await signingKey('other-third', 'next'));
    await expect.poll(kids).toEqual(['other-next', 'other-third', 'other-current']);
    expect(headerOf(await token()).kid).toBe('other-next');
    // What was signed before is still known: here as a hint of whom to log out.
    const hint = await fetch(`${server.other.url}/oidc/logout?id_token_hint=${before}`);
    expect(await hint.text()).toContain('logged out');
  });

  test('a tenant without keys has no provider, and gets one with its first key', async () => {
    const tenant = await createTestTenant(server.store, 'keyless');
    const find = () =>
      server.oidc.transactions.find({ tenant, baseUrl: 'http://keyless.test/', ip: '::1' }, 'x');
    await expect(find()).rejects.toThrow('no current signing key');

    await server.store.tenant(tenant.id).signingKeys.create(await signingKey('first', 'current'));
    await expect
      .poll(() =>
        find().then(
          () => 'found',
          () => 'refused',
        ),
      )
      .toBe('found');
  });

  test('handles() knows the paths of the protocol and no others', () => {
    const { oidc } = server;

    for (const path of [
      '/authorize',
      '/authorize/x',
      '/oauth/token',
      '/continue',
      '/v2/logout',
      '/u/consent',
    ]) {
      expect(oidc.handles(path)).toBe(true);
    }
    for (const path of [
      '/',
      '/u/login',
      '/authorized',
      '/oauth',
      '/api/v2/users',
      '/oauth/tokens',
    ]) {
      expect(oidc.handles(path)).toBe(false);
    }
  });

  test('claims carry the tenant as issuer', async () => {
    const { body } = await getTokens(server.other, { clientId: 'web', userId });

    expect(claimsOf(body.id_token).iss).toBe(server.other.issuer);
  });
});
