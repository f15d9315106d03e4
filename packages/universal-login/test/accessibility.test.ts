import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LANGUAGES } from '../src/i18n/translations.ts';
import { hasBrowser, launchBrowser } from './open-browser.ts';
import { SAMPLE_BRANDS } from './sample-brands.ts';
import { brandedTenant, openSample, renderSample, SAMPLE_PAGES } from './sample-pages.ts';

/** One look of each screen, where all of them would say the same. */
const FIRST_SAMPLES = SAMPLE_PAGES.filter(
  ({ screen }, at) => SAMPLE_PAGES.findIndex((other) => other.screen === screen) === at,
);
/** Every screen passes through here: minutes, where other tests keep the machine busy. */
const TIMEOUT_MS = 300_000;

/** Screens that have of everything something, to be looked at in many colours. */
const BRANDED = ['login/login/ways', 'signup/signup/weak', 'consent/'];

describe('every screen', () => {
  test('has a sample, but the one that nobody sees', () => {
    expect(SAMPLE_PAGES.length).toBeGreaterThan(8);
  });

  test.for(LANGUAGES)('renders in %s, without a placeholder left over', async (language) => {
    for (const sample of SAMPLE_PAGES) {
      const html = await renderSample(sample, language);
      expect(html, sample.name).toContain(`<html lang="${language}"`);
      expect(html, sample.name).not.toMatch(/>[^<]*\{\w+\}[^<]*</);
    }
  });
});

// Without Chromium from the distribution these tests are skipped; vitest says so.
describe.skipIf(!hasBrowser)('every screen in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** Looks at the page as it is, and at its colours for people who prefer them dark. */
  async function inspect(page: Page, rules?: readonly string[]) {
    // By the protocol of the browser, which the page's Content-Security-Policy does not concern.
    await page.evaluate(axe.source);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await runAxe(page, rules);
    await page.emulateMedia({ colorScheme: 'dark' });
    return { light, dark: await runAxe(page, ['color-contrast']) };
  }
  const nothing = { light: [], dark: [] };

  test('gives axe nothing to complain about', { timeout: TIMEOUT_MS }, async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 844 } });
    const complaints = watch(page);
    for (const sample of SAMPLE_PAGES) {
      await openSample(page, sample, 'en');
      expect(await inspect(page), sample.name).toEqual(nothing);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.for(Object.entries(SAMPLE_BRANDS))(
    'can be read in the colours %s',
    { timeout: TIMEOUT_MS },
    async ([, branding]) => {
      const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
      const complaints = watch(page);
      for (const sample of SAMPLE_PAGES.filter(({ name }) =>
        BRANDED.some((one) => name.startsWith(one)),
      )) {
        await openSample(page, sample, 'en', brandedTenant(branding));
        expect(await inspect(page, ['color-contrast']), sample.name).toEqual(nothing);
      }
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  // English words are short: what fits in the others fits in English.
  const others = LANGUAGES.filter((language) => language !== 'en');
  test.for(others)(
    'fits 320 pixels, by WCAG 2.2, 1.4.10: %s',
    { timeout: TIMEOUT_MS },
    async (language) => {
      const page = await browser.newPage({ viewport: { width: 320, height: 640 } });
      for (const sample of SAMPLE_PAGES) {
        await openSample(page, sample, language);
        const overflow = await page.evaluate(() =>
          [...document.querySelectorAll('body *:not(.mosaic)')]
            .filter((element) => {
              const { left, right } = element.getBoundingClientRect();
              return (
                !element.matches('.visually-hidden') && (left < -0.5 || right > innerWidth + 0.5)
              );
            })
            .map(({ tagName, textContent }) => `${tagName} ${textContent.trim().slice(0, 60)}`),
        );
        const picture = join(
          tmpdir(),
          `tessera-320-${language}-${sample.name.replaceAll('/', '-')}.png`,
        );
        if (overflow.length > 0) await page.screenshot({ path: picture });
        expect(overflow, `${sample.name}, see ${picture}`).toEqual([]);
      }
      await page.close();
    },
  );

  test('is looked at by an axe that finds something', async () => {
    const page = await browser.newPage();
    await page.setContent('<img src="x"><input><p style="color:#ccc">faint</p>');
    await page.evaluate(axe.source);
    const found = (await runAxe(page)).join();
    for (const rule of ['image-alt', 'label', 'color-contrast']) expect(found).toContain(rule);
    expect(await runAxe(page, ['color-contrast'])).toHaveLength(1);
    await page.close();
  });

  test('shows where the focus is, on everything that the keyboard reaches', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    for (const sample of FIRST_SAMPLES) {
      await openSample(page, sample, 'en');
      const reached = await page.evaluate(
        () =>
          document.querySelectorAll(
            'a[href], button:not(:disabled), input:not([type=hidden]):not(:disabled), select, textarea',
          ).length,
      );
      for (let n = 0; n < reached; n += 1) {
        await page.keyboard.press('Tab');
        const focus = await page.evaluate(() => {
          const element = document.activeElement ?? document.body;
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          return { tag: element.tagName, outline: `${outlineStyle} ${outlineWidth}` };
        });
        if (focus.tag !== 'BODY')
          expect(focus, sample.name).toMatchObject({ outline: 'solid 2px' });
      }
    }
    await page.close();
  });
});

/** What axe finds of WCAG 2.2 A and AA and of best practice; the serious and the critical. */
async function runAxe(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) };
  const results = (await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)})`,
  )) as AxeResults;
  return results.violations
    .filter(({ impact }) => impact !== 'minor')
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html }) => `${impact} ${id}: ${html.slice(0, 200)}`),
    );
}

function watch(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}
