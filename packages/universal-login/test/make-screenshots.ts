/**
 * Makes pictures of every sample of every screen, in every language, on a phone and on a desktop:
 * `screenshots/<language>/<width>/<area>-<screen>-<sample>.png`; some in the colours of other brands in
 * `screenshots/brands`; and `screenshots/index.html` to look at them together. `npm run screenshots [part of a name]`.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LANGUAGES } from '../src/i18n/translations.ts';
import { hasBrowser, launchBrowser } from './open-browser.ts';
import { SAMPLE_BRANDS } from './sample-brands.ts';
import { brandedTenant, openSample, SAMPLE_PAGES } from './sample-pages.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'screenshots');
/** A phone and a desktop, in CSS pixels. */
const WIDTHS = [390, 1280] as const;

const [, , part = ''] = process.argv;
if (!hasBrowser) throw new Error('Screenshots need Chromium: install the package "chromium".');
const browser = await launchBrowser();
await rm(FOLDER, { recursive: true, force: true });
const pictures: string[] = [];
for (const width of WIDTHS) {
  const page = await browser.newPage({ viewport: { width, height: 844 } });
  for (const language of LANGUAGES) {
    await mkdir(join(FOLDER, language, String(width)), { recursive: true });
    for (const sample of SAMPLE_PAGES.filter(({ name }) => name.includes(part))) {
      await openSample(page, sample, language);
      const picture = `${language}/${width}/${sample.name.replaceAll('/', '-')}.png`;
      await page.screenshot({ path: join(FOLDER, picture), fullPage: true });
      pictures.push(picture);
    }
  }
}
for (const [name, branding] of Object.entries(SAMPLE_BRANDS)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 390, height: 844 } });
    await mkdir(join(FOLDER, 'brands'), { recursive: true });
    for (const sample of SAMPLE_PAGES.filter((one) => /^(login|signup)\/\1\//.test(one.name))) {
      await openSample(page, sample, 'en', brandedTenant(branding));
      const picture = `brands/${name}-${colorScheme}-${sample.name.replaceAll('/', '-')}.png`;
      await page.screenshot({ path: join(FOLDER, picture), fullPage: true });
      pictures.push(picture);
    }
    await page.close();
  }
}
await browser.close();
const figures = pictures.map(
  (path) =>
    `<figure><img src="${path}" alt="" height="420"><figcaption>${path}</figcaption></figure>`,
);
const style = '<style>body{display:flex;flex-wrap:wrap;font:12px sans-serif}</style>';
await writeFile(join(FOLDER, 'index.html'), `<!doctype html>${style}${figures.join('\n')}`);
process.stdout.write(`${pictures.length} pictures in ${FOLDER}\n`);
