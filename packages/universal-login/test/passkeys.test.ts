import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, servePages, startApplication } from './open-browser.ts';
import { EMAIL, type OpenPages, openPages, PASSWORD } from './open-pages.ts';

const PASSKEYS = {
  authentication_methods: { passkey: { enabled: true } },
  passkey_options: { challenge_ui: 'both' },
};
const withPasskeys = (options: object = PASSKEYS) => ({
  connections: [{ options: JSON.parse(JSON.stringify(options)) }],
  secureCookies: false,
});

/** A device that answers for the person; `isPresent` is whether it verifies who holds it. */
async function addDevice(page: Page, isUserVerified = true) {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  });
  return {
    verify: (isVerified: boolean) =>
      session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: isVerified }),
    credentials: async () =>
      (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}

describe.skipIf(!hasBrowser)('passkeys', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** Pages on localhost, where browsers have WebAuthn without TLS. */
  async function openSite(name: string, options: object = PASSKEYS) {
    const pages = await openPages(name, withPasskeys(options));
    const application = await startApplication();
    const served = await servePages(pages, application.callback);
    pages.place.baseUrl = served.replace('127.0.0.1', 'localhost');
    const contexts: BrowserContext[] = [];
    return {
      pages,
      application,
      async openPage() {
        const context = await browser.newContext();
        contexts.push(context);
        return context.newPage();
      },
      loginUrl: () => `${pages.place.baseUrl}u/login?state=${pages.transactions.open()}`,
      [Symbol.asyncDispose]: async () => {
        for (const context of contexts) await context.close();
        await application[Symbol.asyncDispose]();
        await pages[Symbol.asyncDispose]();
      },
    };
  }
  type Site = Awaited<ReturnType<typeof openSite>>;

  async function logInWithPassword(page: Page, site: Site): Promise<void> {
    await page.goto(site.loginUrl());
    await page.fill('#identifier', EMAIL);
    await page.fill('#password', PASSWORD);
    await page.click('form[action="/u/login"] button');
  }

  /** A person with a passkey on the page's device, logged in by password. */
  async function enroll(page: Page, site: Site) {
    const user = await site.pages.createUser();
    const device = await addDevice(page);
    await logInWithPassword(page, site);
    await page.click('form[data-passkey-enrollment] button');
    await page.waitForURL(`${site.application.home}**`);
    return { user, device };
  }
  const listPasskeys = ({ store }: OpenPages, userId: string) =>
    store.authenticators.listForUser(userId);

  test('are offered after a password, and log in by button afterwards', async () => {
    await using site = await openSite('passkeys_button', {
      ...PASSKEYS,
      passkey_options: { challenge_ui: 'button' },
    });
    const { pages, application } = site;
    const page = await site.openPage();
    const { user } = await enroll(page, site);
    expect(await listPasskeys(pages, user.userId)).toMatchObject([
      { type: 'passkey', isConfirmed: true, id: expect.stringMatching(/^passkey\|dev_/) },
    ]);
    expect(pages.transactions.completed).toMatchObject([{ userId: user.userId }]);
    expect(pages.transactions.completed[0]?.method).toBeUndefined();

    await page.goto(site.loginUrl());
    expect(await page.getAttribute('#identifier', 'autocomplete')).toBe('username webauthn');
    await page.click('form[data-passkey-login] button');
    await page.waitForURL(`${application.home}**`);
    expect(pages.transactions.completed[1]).toMatchObject({
      userId: user.userId,
      method: 'passkey',
    });
    // Whoever has one is offered no other.
    await logInWithPassword(page, site);
    await page.waitForURL(`${application.home}**`);
    expect(await listPasskeys(pages, user.userId)).toHaveLength(1);
  });

  test('log in from the field, without a click', async () => {
    await using site = await openSite('passkeys_autofill');
    const page = await site.openPage();
    const { user } = await enroll(page, site);
    await page.goto(site.loginUrl());
    await page.waitForURL(`${site.application.home}**`);
    expect(site.pages.transactions.completed[1]).toMatchObject({
      userId: user.userId,
      method: 'passkey',
    });
  });

  test('are asked for the code that the connection requires, as passwords are', async () => {
    await using site = await openSite('passkeys_verification');
    const { pages, application } = site;
    const page = await site.openPage();
    const { user } = await enroll(page, site);
    await pages.store.connections.update(pages.connection.id, {
      options: {
        ...PASSKEYS,
        attributes: {
          email: {
            identifier: { active: true },
            verification_method: 'otp',
            signup: { status: 'required', verification: { active: true } },
          },
        },
      },
    });
    await page.goto(site.loginUrl());
    await page.waitForURL('**/u/email-verification/code**');
    expect(pages.transactions.completed).toHaveLength(1);
    await page.fill('input[name=code]', String(pages.messages.emails.at(-1)?.variables.code));
    await page.click('form[action="/u/email-verification/code"] button');
    await page.waitForURL(`${application.home}**`);
    expect(pages.transactions.completed[1]).toMatchObject({
      userId: user.userId,
      method: 'passkey',
    });
    expect(await pages.store.users.find(user.userId)).toMatchObject({ emailVerified: true });
    // Once it is verified, it is not asked for again.
    await page.goto(site.loginUrl());
    await page.waitForURL(`${application.home}**`);
  });

  test('can be put off, for this browser', async () => {
    await using site = await openSite('passkeys_skip');
    const { pages, application } = site;
    const user = await pages.createUser();
    const page = await site.openPage();
    await logInWithPassword(page, site);
    expect(pages.transactions.completed).toEqual([]);
    await page.click('form:not([data-passkey-enrollment]) button');
    await page.waitForURL(`${application.home}**`);
    await logInWithPassword(page, site);
    await page.waitForURL(`${application.home}**`);
    expect(pages.transactions.completed).toMatchObject([
      { userId: user.userId },
      { userId: user.userId },
    ]);
    expect(await listPasskeys(pages, user.userId)).toEqual([]);
  });

  test('are refused from a device that has not verified who holds it', async () => {
    await using site = await openSite('passkeys_unverified', {
      ...PASSKEYS,
      passkey_options: { challenge_ui: 'button' },
    });
    const page = await site.openPage();
    const { device } = await enroll(page, site);
    await device.verify(false);
    await page.goto(site.loginUrl());
    await page.click('form[data-passkey-login] button');
    await page.waitForFunction(
      () => document.querySelector('[data-passkey-problem]')?.textContent !== '',
    );
    expect(site.pages.transactions.completed).toHaveLength(1);
  });

  test('say what went wrong on the page, which still takes the password', async () => {
    await using site = await openSite('passkeys_none');
    await site.pages.createUser();
    const page = await site.openPage();
    await addDevice(page);
    await page.goto(site.loginUrl());
    await page.click('form[data-passkey-login] button');
    await page.waitForFunction(
      () => document.querySelector('[data-passkey-problem]')?.textContent !== '',
    );
    await page.fill('#identifier', EMAIL);
    await page.fill('#password', PASSWORD);
    await page.click('form[action="/u/login"] button');
    await page.waitForSelector('form[data-passkey-enrollment]');
  });

  test('of a blocked user open nothing', async () => {
    await using site = await openSite('passkeys_blocked', {
      ...PASSKEYS,
      passkey_options: { challenge_ui: 'button' },
    });
    const page = await site.openPage();
    const { user } = await enroll(page, site);
    await site.pages.store.users.update(user.userId, { blocked: true });
    await page.goto(site.loginUrl());
    await page.click('form[data-passkey-login] button');
    await page.waitForSelector('.summary');
    expect(await page.textContent('.summary')).toContain('blocked');
    expect(site.pages.transactions.completed).toHaveLength(1);
  });

  test('answer one challenge, once, of the same login', async () => {
    await using site = await openSite('passkeys_replay', {
      ...PASSKEYS,
      passkey_options: { challenge_ui: 'button' },
    });
    const { pages } = site;
    const page = await site.openPage();
    await enroll(page, site);
    await page.goto(site.loginUrl());
    // What the browser would send is kept, and sent from here.
    const sent = await page.evaluate(async () => {
      const form = document.querySelector<HTMLFormElement>('form[data-passkey-login]');
      if (form === null) throw new Error('no form');
      const caught = Promise.withResolvers<string>();
      form.submit = () =>
        caught.resolve(new URLSearchParams(new FormData(form) as never).toString());
      form.requestSubmit();
      return caught.promise;
    });
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`);
    const post = (body: string) =>
      pages.app.inject({
        method: 'POST',
        url: '/u/login/passkey',
        payload: body,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: cookie.join('; '),
        },
      });
    const changed = new URLSearchParams(sent);
    const credential = JSON.parse(changed.get('credential') ?? '');
    const withAnswer = (change: (copy: typeof credential) => void) => {
      const copy = structuredClone(credential);
      change(copy);
      changed.set('credential', JSON.stringify(copy));
      return changed.toString();
    };
    const clientData = (change: object) =>
      Buffer.from(
        JSON.stringify({
          ...JSON.parse(Buffer.from(credential.response.clientDataJSON, 'base64url').toString()),
          ...change,
        }),
      ).toString('base64url');
    const forgeries = [
      withAnswer((copy) => {
        copy.response.clientDataJSON = clientData({ challenge: 'AAAA' });
      }),
      withAnswer((copy) => {
        copy.id = 'AAAA';
        copy.rawId = 'AAAA';
      }),
      changed.toString().replace(/credential=[^&]*/, 'credential=%7B%7D'),
      changed.toString().replace(/credential=[^&]*/, 'credential=x'),
      changed.toString().replace(/credential=[^&]*/, 'credential='),
    ];
    // None of these may use the challenge up that they do not name.
    const [foreign, unknown, ...garbage] = forgeries;
    for (const body of [foreign, ...garbage]) {
      expect((await post(body ?? '')).statusCode).toBe(400);
    }
    expect((await post(sent)).statusCode).toBe(303);
    expect((await post(sent)).statusCode).toBe(400);
    expect((await post(unknown ?? '')).statusCode).toBe(400);
    expect(pages.transactions.completed).toHaveLength(2);
    expect((await pages.listLogs('f')).length).toBeGreaterThan(3);
  });

  test('are nothing where the connection has none', async () => {
    await using site = await openSite('passkeys_off', {});
    await site.pages.createUser();
    const page = await site.openPage();
    await page.goto(site.loginUrl());
    expect(await page.locator('form[data-passkey-login]').count()).toBe(0);
    await logInWithPassword(page, site);
    await page.waitForURL(`${site.application.home}**`);
  });
});
