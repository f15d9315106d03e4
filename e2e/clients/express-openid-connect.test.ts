import { decodeJwt } from 'jose';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, logInInBrowser, openProfile } from '../browser.ts';
import { type ExpressApplication, startExpressApplication } from '../express-application.ts';
import { AUDIENCE, LoginFlows } from '../login-flows.ts';
import { PASSWORD } from '../visitor.ts';

describe.skipIf(!hasBrowser)('express-openid-connect', () => {
  let flows: LoginFlows;
  let browser: Browser;
  let person: { readonly email: string; readonly user_id: string; readonly password: string };

  beforeAll(async () => {
    flows = await LoginFlows.open();
    browser = await launchBrowser();
    person = { ...(await flows.addPerson()), password: PASSWORD };
  });
  afterAll(async () => {
    await browser?.close();
    await flows?.[Symbol.asyncDispose]();
  });

  async function logIn(application: ExpressApplication): Promise<Page> {
    const page = await (await openProfile(browser)).newPage();
    await page.goto(`${application.url}/login`);
    await logInInBrowser(page, person);
    await page.waitForURL(`${application.url}/`);
    expect(await page.textContent('body')).toBe('logged in');
    return page;
  }

  async function readJson(page: Page, url: string) {
    await page.goto(url);
    return JSON.parse((await page.textContent('body')) ?? '');
  }

  /** Logged out of application and tenant: the next login asks for the password again. */
  async function expectLoggedOut(page: Page, { url }: ExpressApplication): Promise<void> {
    await page.waitForURL((at) => at.origin === url);
    expect(await page.textContent('body')).toBe('logged out');
    await page.goto(`${url}/login`);
    expect(page.url()).toContain('/u/login');
  }

  test('its defaults: an ID token, posted by the browser', async () => {
    await using application = await startExpressApplication(flows.server, {
      client: { grant_types: ['implicit', 'authorization_code'] },
    });
    const page = await logIn(application);
    const { idToken, accessToken } = await readJson(page, `${application.url}/tokens`);
    expect(idToken).toMatchObject({
      sub: person.user_id,
      email: person.email,
      aud: application.clientId,
    });
    expect(accessToken).toBeUndefined();
  });

  test('code, audience and offline access: tokens, refresh, userinfo; /v2/logout', async () => {
    await using application = await startExpressApplication(flows.server, { audience: AUDIENCE });
    const page = await logIn(application);
    const { accessToken } = await readJson(page, `${application.url}/tokens`);
    expect(decodeJwt(accessToken).aud).toContain(AUDIENCE);
    const info = await readJson(page, `${application.url}/userinfo`);
    expect(info).toMatchObject({ sub: person.user_id, email: person.email });
    const { before, after } = await readJson(page, `${application.url}/refreshed`);
    expect(before).toBe(accessToken);
    expect(decodeJwt(after)).toMatchObject({ sub: person.user_id });
    const leaving = page.waitForRequest((request) => request.url().includes('/v2/logout'));
    await page.goto(`${application.url}/logout`);
    await leaving;
    await expectLoggedOut(page, application);
  });

  test('logging out by the standard asks nothing, for it sends the ID token', async () => {
    await using application = await startExpressApplication(flows.server, {
      audience: AUDIENCE,
      settings: { auth0Logout: false, idpLogout: true },
    });
    const page = await logIn(application);
    const leaving = page.waitForRequest((request) => request.url().includes('/oidc/logout'));
    await page.goto(`${application.url}/logout`);
    await leaving;
    await expectLoggedOut(page, application);
  });

  test('pushed requests', async () => {
    await using application = await startExpressApplication(flows.server, {
      audience: AUDIENCE,
      settings: { pushedAuthorizationRequests: true },
      client: { require_pushed_authorization_requests: true },
    });
    const page = await logIn(application);
    const { idToken } = await readJson(page, `${application.url}/tokens`);
    expect(idToken.sub).toBe(person.user_id);
  });

  test('a silent login of a second application; and of nobody', async () => {
    await using first = await startExpressApplication(flows.server, { audience: AUDIENCE });
    await using second = await startExpressApplication(flows.server, {
      audience: AUDIENCE,
      settings: { attemptSilentLogin: true },
    });
    const page = await logIn(first);
    await page.goto(second.url);
    await page.waitForURL(`${second.url}/`);
    expect(await page.textContent('body')).toBe('logged in');
    const stranger = await (await openProfile(browser)).newPage();
    await stranger.goto(second.url);
    expect(await stranger.textContent('body')).toBe('logged out');
  });
});
