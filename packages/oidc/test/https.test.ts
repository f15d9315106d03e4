import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { suspended } from './support/fake-pipeline.ts';
import { authorization, submitLogin } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

/** The test's server then answers as if TLS ended in front of it. */
const HTTPS = { 'x-test-scheme': 'https' };

describe('https', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('https');
    await server.main.addClient({ clientId: 'web' });
    ({ userId } = await server.main.addUser('ada'));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('every cookie is Secure, HttpOnly and SameSite=None', async () => {
    const { url } = authorization(server.main, { clientId: 'web' });
    const browser = new Browser();
    const page = await browser.get(url, HTTPS);
    const submitted = await submitLogin(browser, page.location, userId, HTTPS);
    const resumed = await browser.get(submitted.location ?? '', HTTPS);
    const cookies = [...page.headers.getSetCookie(), ...resumed.headers.getSetCookie()];

    expect(cookies.some((cookie) => cookie.startsWith('__Host-tessera_browser='))).toBe(true);
    expect(cookies.some((cookie) => cookie.startsWith('__Host-tessera='))).toBe(true);
    for (const cookie of cookies.filter((one) => !one.includes('expires=Thu, 01 Jan 1970'))) {
      expect(cookie).toMatch(/; secure(;|$)/i);
      expect(cookie).toMatch(/; httponly(;|$)/i);
      expect(cookie).toMatch(/; samesite=none(;|$)/i);
      expect(cookie).not.toMatch(/; domain=/i);
    }
  });

  test('discovery names https addresses', async () => {
    const answer = await fetch(`${server.main.url}/.well-known/openid-configuration`, {
      headers: HTTPS,
    });
    const { token_endpoint: endpoint } = (await answer.json()) as { token_endpoint: string };

    expect(endpoint).toMatch(/^https:/);
  });

  test('/continue believes no request without the cookie of the browser', async () => {
    server.pipeline.on('post-login', () => suspended('https://verify.example.com/'));
    const browser = new Browser();
    const page = await browser.get(authorization(server.main, { clientId: 'web' }).url, HTTPS);
    const submitted = await submitLogin(browser, page.location, userId, HTTPS);
    const away = await browser.get(submitted.location ?? '', HTTPS);
    server.pipeline.off('post-login');
    const url = `${server.main.url}/continue${away.location?.search}`;

    expect((await new Browser().post(url, { answer: 'planted' }, HTTPS)).status).toBe(400);
    expect((await browser.post(url, { answer: 'mine' }, HTTPS)).status).toBe(303);
  });
});
