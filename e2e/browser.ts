import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PATH = [
  process.env.TESSERA_TEST_BROWSER,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find((path) => path !== undefined && existsSync(path));

/** Browser tests are skipped where there is no Chromium; `npm test` installs one where it can. */
export const hasBrowser = PATH !== undefined;

/** A headless Chromium that speaks to this machine only. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: PATH ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A person with a browser profile of their own. */
export async function openProfile(
  browser: Browser,
  extraHTTPHeaders: Record<string, string> = {},
): Promise<BrowserContext> {
  return await browser.newContext({ ignoreHTTPSErrors: true, extraHTTPHeaders });
}

/** Signs up on the page that shows after `page` was sent to the application's login. */
export async function signUpInBrowser(
  page: Page,
  person: { email: string; password: string },
): Promise<void> {
  if (!page.url().includes('/u/signup')) await page.getByRole('link', { name: /sign up/i }).click();
  await page.getByLabel(/email/i).fill(person.email);
  await page
    .getByLabel(/password/i)
    .first()
    .fill(person.password);
  await page.getByRole('button', { name: /sign up|continue|create/i }).click();
}

/** Logs in on the login page. */
export async function logInInBrowser(
  page: Page,
  person: { email: string; password: string },
): Promise<void> {
  await page.getByLabel(/email/i).fill(person.email);
  await page
    .getByLabel(/password/i)
    .first()
    .fill(person.password);
  await page.getByRole('button', { name: /log in|continue/i }).click();
}
