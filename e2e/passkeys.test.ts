import { createHash, randomBytes } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser } from './browser.ts';
import { type HttpBackend, startHttpBackend } from './http-backend.ts';
import { credentialsOf, LoginFlows } from './login-flows.ts';
import { PASSWORD } from './visitor.ts';

// Without Chromium from the distribution these tests are skipped; vitest says so.
describe.skipIf(!hasBrowser)('identifier first, and a passkey from then on', () => {
  let flows: LoginFlows;
  let application: HttpBackend;
  let browser: Browser;
  beforeAll(async () => {
    flows = await LoginFlows.open();
    application = await startHttpBackend(async (_, response) => void response.end('home'));
    const { management } = flows.server;
    await management.ok('PATCH', `clients/${flows.web.client_id}`, {
      callbacks: [application.url],
    });
    await management.ok('PATCH', 'prompts', { identifier_first: true });
    const [{ id, options }] = await management.ok('GET', 'connections?strategy=auth0');
    await management.ok('PATCH', `connections/${id}`, {
      options: {
        ...options,
        authentication_methods: { ...options.authentication_methods, passkey: { enabled: true } },
        passkey_options: { challenge_ui: 'button', progressive_enrollment_enabled: true },
      },
    });
    await flows.bind(
      'post-login',
      `exports.onExecutePostLogin = async (event, api) => {
        const { methods } = event.authentication;
        api.idToken.setCustomClaim('https://example.com/how', methods.map(({ name }) => name));
      };`,
    );
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await application?.[Symbol.asyncDispose]();
    await flows?.[Symbol.asyncDispose]();
  });

  function authorizeUrl(verifier: string, parameters: Record<string, string> = {}): string {
    const query = new URLSearchParams({
      client_id: flows.web.client_id,
      redirect_uri: application.url,
      response_type: 'code',
      scope: 'openid',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...parameters,
    });
    return `${flows.server.url}/authorize?${query}`;
  }

  /** Opens an authorization; what is returned waits for the application and redeems the code. */
  async function begin(page: Page, parameters: Record<string, string> = {}) {
    const verifier = randomBytes(32).toString('base64url');
    await page.goto(authorizeUrl(verifier, parameters));
    return async () => {
      await page.waitForURL(`${application.url}/**`);
      const { searchParams } = new URL(page.url());
      const tokens = await flows.token({
        grant_type: 'authorization_code',
        ...credentialsOf(flows.web),
        code: searchParams.get('code') ?? '',
        code_verifier: verifier,
        redirect_uri: application.url,
      });
      const payload = tokens.id_token?.split('.')[1] ?? '';
      return JSON.parse(Buffer.from(payload, 'base64url').toString());
    };
  }

  test('in a real browser, told to Actions', async () => {
    const person = await flows.addPerson();
    const context = await browser.newContext();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('WebAuthn.enable');
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });

    const byPassword = await begin(page, { login_hint: person.email });
    expect(await page.inputValue('#identifier')).toBe(person.email);
    await page.click('form[action="/u/login/identifier"] button');
    await page.fill('#password', PASSWORD);
    await page.click('form[action="/u/login/password"] button');
    await page.click('form[data-passkey-enrollment] button');
    const first = await byPassword();
    expect(first).toMatchObject({ sub: person.user_id, 'https://example.com/how': ['pwd'] });

    const byPasskey = await begin(page, { prompt: 'login' });
    await page.click('form[data-passkey-login] button');
    const second = await byPasskey();
    expect(second).toMatchObject({ sub: person.user_id, 'https://example.com/how': ['passkey'] });

    const path = `users/${encodeURIComponent(person.user_id)}/authentication-methods`;
    const methods: { id: string; type: string }[] = await flows.server.management.ok('GET', path);
    const passkey = methods.find(({ type }) => type === 'passkey');
    expect(passkey?.id).toMatch(/^passkey\|dev_/);
    await flows.server.management.ok('DELETE', `${path}/${encodeURIComponent(passkey?.id ?? '')}`);
    await page.goto(authorizeUrl('x'.repeat(43), { prompt: 'login' }));
    await page.click('form[data-passkey-login] button');
    await page.waitForSelector('.summary');
    expect(await page.textContent('.summary')).toContain('could not be verified');
    await context.close();
  });
});
