import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, servePages, startApplication } from './open-browser.ts';
import { EMAIL, openPages, PASSWORD } from './open-pages.ts';

// Without Chromium from the distribution these tests are skipped; vitest says so.
describe.skipIf(!hasBrowser)('the pages in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function openVisit(name: string, options: BrowserContextOptions = {}) {
    const application = await startApplication();
    const pages = await openPages(name, {
      secureCookies: false,
      settings: { friendlyName: 'Northwind', supportEmail: 'help@northwind.example' },
    });
    const baseUrl = await servePages(pages, application.callback);
    const context = await browser.newContext(options);
    const page = await context.newPage();
    return {
      application,
      pages,
      page,
      complaints: watch(page),
      goTo: (path: string) => page.goto(new URL(path, baseUrl).href),
      openLogin: () => page.goto(`${baseUrl}u/login?state=${pages.transactions.open()}`),
      /** Another browser on the same pages. */
      async reopen(look: BrowserContextOptions) {
        const again = await browser.newContext(look);
        return { page: await again.newPage(), close: () => again.close() };
      },
      [Symbol.asyncDispose]: async () => {
        await context.close();
        await pages[Symbol.asyncDispose]();
        await application[Symbol.asyncDispose]();
      },
    };
  }

  test('let one log in with the keyboard alone, over to other origins', async () => {
    await using visit = await openVisit('browser_keyboard');
    await visit.pages.createUser();
    const { page } = visit;
    await visit.openLogin();
    const arrival = page.waitForURL(`${visit.application.home}**`);
    // Nothing is clicked: the page itself puts the focus where typing begins.
    await page.locator('#identifier:focus').waitFor();
    await page.keyboard.type(EMAIL);
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await arrival;
    expect(visit.pages.transactions.completed).toHaveLength(1);
    expect(visit.complaints).toEqual([]);
  });

  test('put the focus on what went wrong, and the order of Tab on the form', async () => {
    await using visit = await openVisit('browser_focus');
    const { page } = visit;
    await visit.openLogin();
    await page.getByLabel('Email address').fill(EMAIL);
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toContain('Wrong email or password.');
    await page.locator('.summary:focus').waitFor();
    const order: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      await page.keyboard.press('Tab');
      order.push(await focused(page));
    }
    expect(order).toEqual(['INPUT#identifier', 'INPUT#password', 'BUTTON', 'A', 'A']);
    expect(await page.getByLabel('Email address').inputValue()).toBe(EMAIL);
    expect(await page.getByLabel('Password').inputValue()).toBe('');
  });

  test('need no JavaScript, for signup and for login', async () => {
    await using visit = await openVisit('browser_no_script', { javaScriptEnabled: false });
    const { page } = visit;
    await visit.openLogin();
    await page.getByRole('link', { name: 'Sign up' }).click();
    await page.getByLabel('Email address').fill(EMAIL);
    await page.getByLabel('Password').fill('weak');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('link', { name: 'This password is too weak.' }).click();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL(`${visit.application.home}**`);

    await visit.openLogin();
    await page.getByLabel('Email address').fill(EMAIL);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`${visit.application.home}**`);
    const [signedUp, loggedIn] = visit.pages.transactions.completed;
    expect(loggedIn?.userId).toBe(signedUp?.userId);
  });

  test('refuse a form that another site posts', async () => {
    await using visit = await openVisit('browser_csrf');
    const { page, pages } = visit;
    await visit.openLogin();
    const url = page.url();
    const fields = await page.$$eval('input', (inputs) =>
      inputs.map(({ name, value }) => ({ name, value: value || 'x' })),
    );
    await page.goto(visit.application.home);
    const response = page.waitForResponse((answer) => answer.url().endsWith('/u/login'));
    await page.evaluate(
      ({ action, members }) => {
        const form = document.createElement('form');
        form.method = 'post';
        form.action = action;
        for (const member of members)
          form.append(Object.assign(document.createElement('input'), member));
        document.body.append(form);
        form.submit();
      },
      { action: new URL('/u/login', url).href, members: fields },
    );
    expect((await response).status()).toBe(403);
    expect(await pages.listLogs('fu', 'fp')).toEqual([]);
  });

  test('cannot be framed', async () => {
    await using visit = await openVisit('browser_frame');
    const { page } = visit;
    const url = (await visit.openLogin())?.url();
    await page.goto(visit.application.home);
    await page.setContent(`<iframe src="${url}"></iframe>`);
    await expect.poll(() => visit.complaints.join()).toContain('frame-ancestors');
    expect(await page.frames()[1]?.content()).not.toContain('csrf_token');
  });

  const SCREENS = ['login', 'login-wrong', 'signup', 'signup-weak', 'expired'] as const;
  const RENDERED = ['logged-out', 'error', 'confirm', 'consent'] as const;
  const LOOKS = [
    { width: 390, colorScheme: 'light' },
    { width: 390, colorScheme: 'dark' },
    { width: 1280, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
  ] as const;

  test('fit and can be read on phones and desktops, light and dark', async () => {
    await using visit = await openVisit('browser_looks');
    for (const { width, colorScheme } of LOOKS) {
      const { page, close } = await visit.reopen({ viewport: { width, height: 844 }, colorScheme });
      const complaints = watch(page);
      for (const screen of [...SCREENS, ...RENDERED]) {
        const name = `${screen}-${width}-${colorScheme}`;
        await openScreen(visit, page, screen);
        const report = await inspect(page);
        // A picture says more than the report, but costs more than everything else here.
        if (!isDeepStrictEqual(report, FLAWLESS)) {
          await page.screenshot({ path: join(tmpdir(), `tessera-pages-${name}.png`) });
        }
        expect(report, `${name}, see ${tmpdir()}`).toEqual(FLAWLESS);
      }
      // Chromium notes the status of every page that is not a 200; nothing else may be there.
      expect(complaints.filter((text) => !/status of 400/.test(text))).toEqual([]);
      await close();
    }
  });

  async function openScreen(
    { pages }: Awaited<ReturnType<typeof openVisit>>,
    page: Page,
    screen: (typeof SCREENS)[number] | (typeof RENDERED)[number],
  ): Promise<void> {
    const goTo = (path: string) => page.goto(new URL(path, pages.place.baseUrl).href);
    const openLogin = () => goTo(`/u/login?state=${pages.transactions.open()}`);
    switch (screen) {
      case 'expired':
        await goTo('/u/login?state=expired');
        return;
      case 'login':
        await openLogin();
        return;
      case 'login-wrong':
        await openLogin();
        await page.getByLabel('Email address').fill('nobody@example.com');
        await page.getByLabel('Password').fill('wrong');
        await page.getByRole('button').click();
        return;
      case 'signup':
        await openLogin();
        await page.getByRole('link', { name: 'Sign up' }).click();
        return;
      case 'signup-weak':
        await openLogin();
        await page.getByRole('link', { name: 'Sign up' }).click();
        await page.getByLabel('Email address').fill('nobody@example.com');
        await page.getByLabel('Password').fill('abc');
        await page.getByRole('button').click();
        return;
      case 'logged-out':
      case 'error':
      case 'confirm':
      case 'consent':
        await goTo(`/test/${screen}`);
    }
  }
});

/** What Chromium has to say, violations of the Content-Security-Policy included. */
function watch(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // Leaving a page aborts what it still loads.
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${reason}: ${request.url()}`);
  });
  return complaints;
}

/** Tag, and id or class, of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const name = element?.id ? `#${element.id}` : element?.className ? `.${element.className}` : '';
    return `${element?.tagName}${name}`;
  });
}

const FLAWLESS = { hasOverflow: false, unlabelled: [], faint: [], small: [], headings: 1 };

/** Looks at a page as a reviewer with a checklist would; contrast by WCAG 2.2, 1.4.3. */
function inspect(page: Page) {
  return page.evaluate(() => {
    const luminance = (color: string) => {
      const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map(Number).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const backgroundOf = (element: Element | null): string => {
      if (!element) return 'rgb(255, 255, 255)';
      const { backgroundColor } = getComputedStyle(element);
      return backgroundColor === 'rgba(0, 0, 0, 0)'
        ? backgroundOf(element.parentElement)
        : backgroundColor;
    };
    const contrast = (element: Element) => {
      const light = luminance(getComputedStyle(element).color);
      const dark = luminance(backgroundOf(element));
      return (Math.max(light, dark) + 0.05) / (Math.min(light, dark) + 0.05);
    };
    const describe = (element: Element) => `${element.tagName} ${element.textContent.trim()}`;
    const texts = [...document.querySelectorAll('body *')].filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    );
    const targets = [...document.querySelectorAll('button, .button, input:not([type=hidden])')];
    const inputs = [...document.querySelectorAll<HTMLInputElement>('input:not([type=hidden])')];
    const { scrollWidth, clientWidth } = document.documentElement;
    return {
      hasOverflow: scrollWidth > clientWidth,
      unlabelled: inputs.filter((input) => !input.labels?.length).map(({ name }) => name),
      faint: texts.filter((element) => contrast(element) < 4.5).map(describe),
      small: targets.filter((element) => element.getBoundingClientRect().height < 44).map(describe),
      headings: document.querySelectorAll('h1').length,
    };
  });
}
