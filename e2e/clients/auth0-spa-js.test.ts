import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  hasBrowser,
  type InstalledBrowser,
  installBrowser,
  launchBrowser,
  logInInBrowser,
  openProfile,
} from '../browser.ts';
import { AUDIENCE, LoginFlows } from '../login-flows.ts';
import { PASSWORD } from '../visitor.ts';
import { type SpaApplication, type SpaWindow, startSpaApplication } from './spa-application.ts';

/** Over TLS: a page of another site keeps its session in the frame only with `SameSite=None; Secure`. */
describe.skipIf(!hasBrowser)('auth0-spa-js in Chromium', () => {
  let flows: LoginFlows;
  let browser: InstalledBrowser;
  let application: SpaApplication;
  let person: { readonly email: string; readonly user_id: string; readonly password: string };

  beforeAll(async () => {
    flows = await LoginFlows.open({ tls: true });
    browser = await installBrowser();
    application = await startSpaApplication(flows.server);
    person = { ...(await flows.addPerson()), password: PASSWORD };
  });
  afterEach(async () => {
    await browser.profile.clearCookies();
    await Promise.all(browser.profile.pages().map((page) => page.close()));
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await application?.[Symbol.asyncDispose]();
    await flows?.[Symbol.asyncDispose]();
  });

  type Options = Parameters<SpaApplication['open']>[1];
  type TokenOptions = { readonly cacheMode?: 'off'; readonly [name: string]: unknown };

  /** Logs in by redirect; the page is back at the application then, with tokens. */
  async function logIn(options: Options = {}): Promise<Page> {
    const page = await browser.profile.newPage();
    await application.open(page, options);
    await redirectTo(page);
    await logInInBrowser(page, person);
    await handleCallback(page, options);
    return page;
  }

  async function redirectTo(page: Page): Promise<void> {
    await page.evaluate(() => void (window as unknown as SpaWindow).client.loginWithRedirect());
    await page.waitForURL((url) => url.href.startsWith(flows.server.url));
  }

  async function handleCallback(page: Page, options: Options): Promise<void> {
    await page.waitForURL((url) => url.href.startsWith(`${application.url}/?`));
    await application.open(page, options);
    await page.evaluate(() => (window as unknown as SpaWindow).client.handleRedirectCallback());
  }

  const readUser = (page: Page) =>
    page.evaluate(() => (window as unknown as SpaWindow).client.getUser());

  /** A new token, or the error the library has for it. */
  const getToken = (page: Page, options: TokenOptions = {}) =>
    page.evaluate(
      (given) =>
        (window as unknown as SpaWindow).client
          .getTokenSilently(given as object)
          .catch((error: { error: string }) => ({ error: error.error })),
      options,
    );

  /** Requests that `act` makes of the server, as method and path. */
  async function requestsOf(page: Page, act: () => Promise<unknown>): Promise<readonly string[]> {
    const seen: string[] = [];
    const note = (request: { method(): string; url(): string }) => {
      const url = new URL(request.url());
      if (url.origin === flows.server.url) seen.push(`${request.method()} ${url.pathname}`);
    };
    page.on('request', note);
    await act();
    page.off('request', note);
    return seen;
  }

  test('logs in by redirect, and knows who it is', async () => {
    const page = await logIn();
    expect(await readUser(page)).toMatchObject({ sub: person.user_id, email: person.email });
    expect(await requestsOf(page, () => getToken(page))).toEqual([]);
  });

  test('after a reload a frame logs in silently, by a message to its own origin', async () => {
    const page = await logIn();
    await page.goto(application.url);
    const requests = await requestsOf(page, () => application.open(page));
    expect(requests).toContain('GET /authorize');
    expect(requests).toContain('POST /oauth/token');
    expect(await readUser(page)).toMatchObject({ sub: person.user_id });
    const options = { cacheMode: 'off', authorizationParams: { audience: AUDIENCE } } as const;
    const token = await getToken(page, options);
    expect(decodeJwt(String(token)).aud).toContain(AUDIENCE);
  });

  test('a frame of nobody ends in login_required', async () => {
    const page = await browser.profile.newPage();
    await application.open(page);
    expect(await getToken(page)).toEqual({ error: 'login_required' });
    expect(await readUser(page)).toBeUndefined();
  });

  test('a browser that keeps cookies from frames of other sites ends in login_required, too', async () => {
    const incognito = await launchBrowser();
    const page = await (await openProfile(incognito)).newPage();
    await application.open(page);
    await redirectTo(page);
    await logInInBrowser(page, person);
    await handleCallback(page, {});
    expect(await readUser(page)).toMatchObject({ sub: person.user_id });
    expect(await getToken(page, { cacheMode: 'off' })).toEqual({ error: 'login_required' });
    await incognito.close();
  });

  test('logs in by popup', async () => {
    const page = await browser.profile.newPage();
    await application.open(page);
    const opened = page.waitForEvent('popup');
    const done = page.evaluate(() => (window as unknown as SpaWindow).client.loginWithPopup());
    const popup = await opened;
    const closed = popup.waitForEvent('close');
    await logInInBrowser(popup, person);
    await Promise.all([done, closed]);
    expect(await readUser(page)).toMatchObject({ sub: person.user_id, email: person.email });
  });

  test.for(['memory', 'localstorage'] as const)(
    'refreshes with rotating tokens kept in %s, without a frame',
    async (cacheLocation) => {
      const options = {
        useRefreshTokens: true,
        cacheLocation,
        authorizationParams: { redirect_uri: application.url, audience: AUDIENCE },
      } as const;
      const page = await logIn(options);
      const answers: Promise<{ readonly refresh_token: string }>[] = [];
      const paths: string[] = [];
      page.on('response', (response) => {
        const { pathname } = new URL(response.url());
        paths.push(pathname);
        if (pathname === '/oauth/token' && response.request().method() === 'POST')
          answers.push(response.json());
      });
      for (let times = 0; times < 3; times += 1) {
        const token = await getToken(page, { cacheMode: 'off' });
        expect(decodeJwt(String(token))).toMatchObject({ sub: person.user_id });
      }
      const rotated = new Set(
        (await Promise.all(answers)).map(({ refresh_token }) => refresh_token),
      );
      expect(rotated.size).toBe(3);
      expect(paths).not.toContain('/authorize');
    },
  );

  test('refresh tokens that were revoked: the frame logs in where that is wished', async () => {
    const page = await logIn({ useRefreshTokens: true, useRefreshTokensFallback: true });
    // A new password ends sessions and refresh tokens; the library's worker alone knows the token.
    const password = { connection: flows.connection, password: `${PASSWORD} anew` };
    await flows.server.management.ok('PATCH', `users/${person.user_id}`, password);
    await flows.server.management.ok('PATCH', `users/${person.user_id}`, { password: PASSWORD });
    const requests = await requestsOf(page, async () => {
      expect(await getToken(page, { cacheMode: 'off' })).toEqual({ error: 'login_required' });
    });
    expect(requests).toEqual(expect.arrayContaining(['POST /oauth/token', 'GET /authorize']));
  });

  test('what an Action denies reaches the application as its error', async () => {
    const page = await logIn();
    await flows.bind(
      'post-login',
      `exports.onExecutePostLogin = async (event, api) => api.access.deny('not today');`,
    );
    expect(await getToken(page, { cacheMode: 'off' })).toEqual({ error: 'access_denied' });
    await flows.unbind('post-login');
  });

  test('logs out of the application and of the tenant', async () => {
    const page = await logIn();
    await page.evaluate(
      (returnTo) =>
        void (window as unknown as SpaWindow).client.logout({ logoutParams: { returnTo } }),
      application.url,
    );
    await page.waitForURL((url) => url.href === `${application.url}/`);
    await application.open(page);
    expect(await readUser(page)).toBeUndefined();
    expect(await getToken(page)).toEqual({ error: 'login_required' });
  });

  test('an origin that the application does not name gets no tokens', async () => {
    await using stranger = await startSpaApplication(flows.server);
    const page = await browser.profile.newPage();
    await page.goto(stranger.url);
    const answer = await page.evaluate(
      ([url, client_id]) =>
        fetch(`${url}/oauth/token`, {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'refresh_token', client_id: client_id ?? '' }),
        }).then(
          () => 'answered',
          () => 'blocked',
        ),
      [flows.server.url, application.clientId],
    );
    expect(answer).toBe('blocked');
  });
});
