import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PATH = [
  process.env.TESSERA_TEST_BROWSER,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find((path) => path !== undefined && existsSync(path));

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Browser tests are skipped where there is no Chromium; `npm test` installs one where it can. */
export const hasBrowser = PATH !== undefined;

/** A headless Chromium that speaks to this machine only. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: PATH ?? '', args: ARGUMENTS });
}

/** A browser that one person installed: it has one profile, in a directory of its own. */
export interface InstalledBrowser extends AsyncDisposable {
  readonly profile: BrowserContext;
}

/**
 * A headless Chromium with a profile that lets frames of other sites have their cookies, as silent logins
 * need it. The profiles of `openProfile` are incognito ones, which never do.
 */
export async function installBrowser(): Promise<InstalledBrowser> {
  const directory = mkdtempSync(join(tmpdir(), 'tessera-browser-'));
  mkdirSync(join(directory, 'Default'));
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  writeFileSync(join(directory, 'Default', 'Preferences'), JSON.stringify(preferences));
  const profile = await chromium.launchPersistentContext(directory, {
    executablePath: PATH ?? '',
    args: ARGUMENTS,
    ignoreHTTPSErrors: true,
  });
  return {
    profile,
    async [Symbol.asyncDispose]() {
      await profile.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
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
