import type { Page } from 'playwright-core';
import { ASSETS } from '../src/assets.ts';
import type { Brand } from '../src/brand.ts';
import { createTranslator } from '../src/i18n/translator.ts';
import { renderScreen } from '../src/render-screen.ts';
import type { Screen } from '../src/screen.ts';
import { SCREENS } from '../src/screens.ts';
import { pageHeaders } from '../src/security-headers.ts';

/** Where sample pages seem to live; nothing is asked of the network. */
const ORIGIN = 'https://pages.test';

export const SAMPLE_BRAND: Brand = {
  name: 'Northwind',
  logo: null,
  supportUrl: 'https://northwind.example/help',
};

/** One look of one screen. */
export interface SamplePage {
  /** `<area>/<screen>/<sample>`. */
  readonly name: string;
  readonly screen: Screen<object>;
  readonly sample: string;
}

/** Every sample of every screen. */
export const SAMPLE_PAGES: readonly SamplePage[] = SCREENS.flatMap((screen) =>
  Object.keys(screen.samples).map((sample) => ({
    name: `${screen.name}/${sample}`,
    screen,
    sample,
  })),
);

/** The document of a sample. */
export function renderSample(
  { screen, sample, name }: SamplePage,
  language: string,
  brand: Brand = SAMPLE_BRAND,
): Promise<string> {
  const found = screen.samples[sample];
  if (!found) throw new Error(`There is no sample ${name}`);
  return renderScreen(screen, {
    translator: createTranslator(language),
    brand,
    application: 'Field Notes',
    state: 'sample-state',
    csrfToken: 'sample-token',
    data: (t) => found.data(t),
    form: found.form,
  });
}

/** Shows a sample in a browser, with the headers that it has in the server. */
export async function openSample(
  page: Page,
  sample: SamplePage,
  language: string,
  brand: Brand = SAMPLE_BRAND,
): Promise<void> {
  const html = await renderSample(sample, language, brand);
  await page.unroute('**/*');
  await page.route('**/*', async (route) => {
    const { pathname, origin } = new URL(route.request().url());
    const asset = ASSETS.find(({ path }) => path === pathname);
    if (origin !== ORIGIN) await route.abort();
    else if (asset) await route.fulfill({ contentType: asset.contentType, body: asset.body });
    else if (pathname === '/')
      await route.fulfill({ headers: pageHeaders(sample.screen), body: html });
    else await route.fulfill({ status: 404, body: '' });
  });
  await page.goto(`${ORIGIN}/`);
}
