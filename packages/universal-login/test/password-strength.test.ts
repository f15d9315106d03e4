import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, servePages, startApplication } from './open-browser.ts';
import { openPages } from './open-pages.ts';

describe.skipIf(!hasBrowser)('the strength of a new password', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function openSignUp(name: string, options: { javaScriptEnabled?: boolean } = {}) {
    const application = await startApplication();
    const pages = await openPages(name, { secureCookies: false });
    const baseUrl = await servePages(pages, application.callback);
    const context = await browser.newContext({ locale: 'en', ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${baseUrl}u/signup?state=${pages.transactions.open()}`);
    return {
      application,
      pages,
      page,
      complaints,
      [Symbol.asyncDispose]: async () => {
        await context.close();
        await pages[Symbol.asyncDispose]();
        await application[Symbol.asyncDispose]();
      },
    };
  }

  test('is said while it is typed, in words and as a bar', async () => {
    await using visit = await openSignUp('strength');
    const { page } = visit;
    const requested: string[] = [];
    // Scripts alone: the icon comes whenever the browser likes.
    page.on('request', (request) => {
      if (request.resourceType() === 'script') requested.push(request.url());
    });
    const status = page.locator('.strength [role="status"]');
    expect(await page.locator('.strength').isVisible()).toBe(false);
    await page.fill('#email', 'grace.hopper@example.com');
    const cases: [password: string, word: string, score: string][] = [
      ['password', 'Very weak password', '0'],
      ['Vb7-qzT!orange-lamp-kettle', 'Strong password', '4'],
      // What the person is called is no secret.
      ['grace.hopper', 'Very weak password', '0'],
    ];
    for (const [password, word, score] of cases) {
      await page.fill('#password', password);
      await status.filter({ hasText: word }).waitFor();
      expect(
        await page.locator('.strength meter').evaluate((bar) => bar.getAttribute('value')),
      ).toBe(score);
    }
    await page.fill('#password', '');
    await page.locator('.strength').waitFor({ state: 'hidden' });
    // Everything comes from our origin, and only once.
    expect(requested.length).toBe(2);
    expect(new Set(requested.map((url) => new URL(url).origin)).size).toBe(1);
    expect(visit.complaints).toEqual([]);
  });

  test('is not what counts: the policy of the server is', async () => {
    await using visit = await openSignUp('strength_policy');
    const { page, pages } = visit;
    await page.fill('#email', 'ada@example.com');
    // Strong to guess, but it lacks what the policy wants.
    await page.fill('#password', 'lampkettleorangewindowcurtain');
    await page.locator('.strength [role="status"]').filter({ hasText: 'Strong' }).waitFor();
    await page.click('form[action="/u/signup"] button');
    await page.locator('.summary').waitFor();
    expect(await pages.countUsers()).toBe(0);
  });

  test('is not said without a script, and sign-up works', async () => {
    await using visit = await openSignUp('strength_off', { javaScriptEnabled: false });
    const { page, pages, application } = visit;
    await page.fill('#email', 'ada@example.com');
    await page.fill('#password', 'Correct-horse-7');
    expect(await page.locator('.strength').isVisible()).toBe(false);
    await page.click('form[action="/u/signup"] button');
    await page.waitForURL(`${application.home}**`);
    expect(await pages.countUsers()).toBe(1);
  });
});

test('large scripts are compressed for browsers that take it', async () => {
  await using pages = await openPages('strength_gzip');
  const { html } = await pages.app
    .inject(`/u/signup?state=${pages.transactions.open()}`)
    .then(({ body }) => ({ html: body }));
  const [path = ''] = /data-estimator="([^"]+)"/.exec(html)?.[1]?.split(' ') ?? [];
  const plain = await pages.app.inject(path);
  const packed = await pages.app.inject({ url: path, headers: { 'accept-encoding': 'gzip, br' } });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
  expect(plain.headers.vary).toBe('accept-encoding');
});
