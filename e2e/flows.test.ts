import { createHmac } from 'node:crypto';
import { startTestServer, type TestServer } from '@tessera/testkit';
import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  hasBrowser,
  launchBrowser,
  logInInBrowser,
  openProfile,
  signUpInBrowser,
} from './browser.ts';
import { startExpressApplication } from './express-application.ts';
import { startHttpBackend } from './http-backend.ts';
import { startOpenidClientApplication } from './openid-client-application.ts';

const AUDIENCE = 'https://reports.example.com/';
const PASSWORD = 'correct horse battery staple 1';
const POST_LOGIN = { id: 'post-login', version: 'v3' };

/** Actions of one trigger at a time: each test binds its own. */
async function bindOnly(
  server: TestServer,
  trigger: { id: string; version: string },
  code: string,
  secrets = {},
) {
  await server.management.ok('PATCH', `actions/triggers/${trigger.id}/bindings`, { bindings: [] });
  const name = `Action ${Date.now()}`;
  await server.management.deployAction({ name, trigger, code, secrets });
}

describe.skipIf(!hasBrowser)('one server, real browser, unmodified libraries', () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startTestServer();
    browser = await launchBrowser();
    await server.management.ok('POST', 'resource-servers', {
      name: 'Reports',
      identifier: AUDIENCE,
      scopes: [{ value: 'read:reports' }, { value: 'write:reports' }],
      allow_offline_access: true,
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test('a redirecting Action goes on where it stopped when the browser comes back', async () => {
    // The other site: signs its answer with the shared secret, as the hosted service's documentation has it.
    await using site = await startHttpBackend(async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://site.invalid');
      const token = url.searchParams.get('session_token') ?? '';
      const [, payload = ''] = token.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const state = url.searchParams.get('state') ?? '';
      const answer = sign({ ...claims, state, accepted: true }, 'a secret of both sites');
      response.setHeader('content-type', 'text/html');
      response.end(
        `<form method="post" action="${claims.iss.startsWith('http') ? claims.iss : `${server.url}/`}continue?state=${state}"><input type="hidden" name="session_token" value="${answer}"><button>I accept</button></form>`,
      );
    });
    await bindOnly(
      server,
      POST_LOGIN,
      `exports.onExecutePostLogin = async (event, api) => {
        api.user.setUserMetadata('asked', true);
        api.transaction.setMetadata('step', 'asked');
        const token = api.redirect.encodeToken({ secret: event.secrets.KEY, payload: { iss_url: 'x' } });
        api.redirect.sendUserTo(event.secrets.SITE, { query: { session_token: token } });
      };
      exports.onContinuePostLogin = async (event, api) => {
        const answer = api.redirect.validateToken({ secret: event.secrets.KEY });
        api.idToken.setCustomClaim('https://example.com/accepted', answer.accepted);
        api.idToken.setCustomClaim('https://example.com/step', event.transaction.metadata.step);
        api.idToken.setCustomClaim('https://example.com/asked', event.user.user_metadata.asked);
      };`,
      { KEY: 'a secret of both sites', SITE: `${site.url}/terms` },
    );
    await using application = await startOpenidClientApplication(server);
    const page = await (await openProfile(browser)).newPage();
    const tokens = await application.logIn(page, async (at) => {
      await signUpInBrowser(at, { email: 'redirect@example.com', password: PASSWORD });
      await at.getByRole('button', { name: 'I accept' }).click();
    });
    expect(tokens.claims()).toMatchObject({
      'https://example.com/accepted': true,
      'https://example.com/step': 'asked',
      'https://example.com/asked': true,
    });
  });

  test('refresh tokens rotate, run the Actions again, and a reused one ends the family', async () => {
    await bindOnly(
      server,
      POST_LOGIN,
      `exports.onExecutePostLogin = async (event, api) => {
        api.accessToken.setCustomClaim('https://example.com/protocol', event.transaction.protocol);
      };`,
    );
    await using application = await startOpenidClientApplication(server, {
      grant_types: ['authorization_code', 'refresh_token'],
      refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 },
    });
    const page = await (await openProfile(browser)).newPage();
    const first = await application.logIn(
      page,
      (at) => signUpInBrowser(at, { email: 'refresh@example.com', password: PASSWORD }),
      { audience: AUDIENCE, scope: 'openid offline_access read:reports' },
    );
    const used = first.refresh_token ?? '';
    const second = await oauth.refreshTokenGrant(application.configuration, used);
    expect(decodeJwt(second.access_token)).toMatchObject({
      'https://example.com/protocol': 'oauth2-refresh-token',
      scope: expect.stringContaining('read:reports'),
    });
    expect(second.refresh_token).not.toBe(used);
    const refused = { error: 'invalid_grant' };
    await expect(oauth.refreshTokenGrant(application.configuration, used)).rejects.toMatchObject(
      refused,
    );
    await expect(
      oauth.refreshTokenGrant(application.configuration, second.refresh_token ?? ''),
    ).rejects.toMatchObject(refused);
  });

  test('a second application logs in silently, and after the logout it cannot', async () => {
    await server.management.ok('PATCH', 'actions/triggers/post-login/bindings', { bindings: [] });
    await using shop = await startExpressApplication(server, { audience: AUDIENCE });
    await using other = await startOpenidClientApplication(server);
    const profile = await openProfile(browser);
    const page = await profile.newPage();
    await page.goto(`${shop.url}/login`);
    await signUpInBrowser(page, { email: 'silent@example.com', password: PASSWORD });
    await page.waitForURL(`${shop.url}/`);
    const tokens = await other.logIn(await profile.newPage(), async () => undefined, {
      prompt: 'none',
    });
    expect(tokens.claims()?.sub).toMatch(/^auth0\|/);

    await page.goto(`${shop.url}/logout`);
    await page.waitForURL((url) => url.origin === shop.url);
    await expect(
      other.logIn(await profile.newPage(), async () => undefined, { prompt: 'none' }),
    ).rejects.toMatchObject({ error: 'login_required' });
  });

  test('an Action before registration refuses with its message on the page, and nobody is created', async () => {
    await bindOnly(
      server,
      { id: 'pre-user-registration', version: 'v2' },
      `exports.onExecutePreUserRegistration = async (event, api) => {
        if (event.user.email.endsWith('@example.org')) api.access.deny('list_b', 'Please use your work address.');
        api.user.setAppMetadata('cohort', 'autumn');
      };`,
    );
    await using application = await startOpenidClientApplication(server);
    const page = await (await openProfile(browser)).newPage();
    await application.logIn(page, async (at) => {
      await signUpInBrowser(at, { email: 'someone@example.org', password: PASSWORD });
      await at.getByText('Please use your work address.').waitFor();
      expect(await at.content()).not.toContain('list_b');
      await signUpInBrowser(at, { email: 'someone@example.com', password: PASSWORD });
    });
    const byEmail = async (email: string) =>
      await server.management.ok('GET', `users-by-email?email=${email}`);
    expect(await byEmail('someone@example.org')).toEqual([]);
    expect(await byEmail('someone@example.com')).toMatchObject([
      { app_metadata: { cohort: 'autumn' } },
    ]);
    await server.management.ok('PATCH', 'actions/triggers/pre-user-registration/bindings', {
      bindings: [],
    });
  });

  test('a broken Action ends the login without a token, and its record names the line', async () => {
    await using application = await startOpenidClientApplication(server);
    await bindOnly(
      server,
      POST_LOGIN,
      'exports.onExecutePostLogin = async (event) => {\n  const plan = event.user.nothing.plan;\n};\n',
    );
    const page = await (await openProfile(browser)).newPage();
    await expect(
      application.logIn(page, (at) =>
        signUpInBrowser(at, { email: 'broken@example.com', password: PASSWORD }),
      ),
    ).rejects.toMatchObject({ error: 'access_denied' });
    const logs = await server.management.ok('GET', 'logs?per_page=50&page=0');
    const failed = logs.find((entry: { type: string }) => entry.type === 'f');
    const execution = await server.management.ok(
      'GET',
      `actions/executions/${failed.details.actions.executions[0]}`,
    );
    expect(execution.results[0].error).toMatchObject({ line: 2 });
    await server.management.ok('PATCH', 'actions/triggers/post-login/bindings', { bindings: [] });
    // The account exists, and works once the Action is gone.
    const again = await (await openProfile(browser)).newPage();
    const tokens = await application.logIn(again, (at) =>
      logInInBrowser(at, { email: 'broken@example.com', password: PASSWORD }),
    );
    expect(tokens.claims()?.sub).toMatch(/^auth0\|/);
  });

  test('a machine token carries what an Action adds, and an Action can refuse it', async () => {
    await bindOnly(
      server,
      { id: 'credentials-exchange', version: 'v2' },
      `exports.onExecuteCredentialsExchange = async (event, api) => {
        if (event.client.metadata.retired) return api.access.deny('invalid_request', 'This client is retired.');
        if (event.resource_server.identifier === '${AUDIENCE}') api.accessToken.setCustomClaim('https://example.com/region', 'eu');
      };`,
    );
    const machine = async (metadata: Record<string, string>) => {
      const client = await server.management.ok('POST', 'clients', {
        name: `Machine ${Date.now()}`,
        app_type: 'non_interactive',
        client_metadata: metadata,
      });
      await server.management.ok('POST', 'client-grants', {
        client_id: client.client_id,
        audience: AUDIENCE,
        scope: ['read:reports'],
      });
      const answer = await server.fetch(`${server.url}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: client.client_id,
          client_secret: client.client_secret,
          audience: AUDIENCE,
        }).toString(),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, string> };
    };
    const granted = await machine({});
    expect(decodeJwt(granted.body.access_token ?? '')).toMatchObject({
      'https://example.com/region': 'eu',
      gty: 'client-credentials',
      scope: 'read:reports',
    });
    expect(await machine({ retired: 'yes' })).toEqual({
      status: 400,
      body: { error: 'invalid_request', error_description: 'This client is retired.' },
    });
    await server.management.ok('PATCH', 'actions/triggers/credentials-exchange/bindings', {
      bindings: [],
    });
  });
});

/** HS256 JWT (RFC 7519), as another site would make one. */
function sign(payload: object, secret: string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}
