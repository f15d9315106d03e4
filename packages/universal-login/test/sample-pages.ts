import { type Branding, DEFAULT_TENANT_SETTINGS, type Tenant } from '@tessera/model';
import type { Page } from 'playwright-core';
import { ASSETS } from '../src/assets.ts';
import { writeBrandStylesheet } from '../src/brand/brand-stylesheet.ts';
import { createTranslator } from '../src/i18n/translator.ts';
import { renderScreen } from '../src/render-screen.ts';
import type { Screen } from '../src/screen.ts';
import { SCREENS } from '../src/screens.ts';
import { screenHeaders } from '../src/security-headers.ts';

/** Where sample pages seem to live; nothing is asked of the network. */
const ORIGIN = 'https://pages.test';

export const SAMPLE_TENANT: Tenant = {
  id: 'sample',
  name: 'northwind',
  isDefault: true,
  settings: {
    ...DEFAULT_TENANT_SETTINGS,
    friendlyName: 'Northwind',
    supportUrl: 'https://northwind.example/help',
  },
  createdAt: new Date(0),
};

/** The same tenant in colours, and with a template, of its own. */
export function brandedTenant(branding: Branding): Tenant {
  return { ...SAMPLE_TENANT, settings: { ...SAMPLE_TENANT.settings, branding } };
}

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

/** What pages load from elsewhere is pictures and fonts; any picture will do. */
const PICTURE = {
  contentType: 'image/svg+xml',
  body: '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>',
};

/** The document of a sample. */
export function renderSample(
  { screen, sample, name }: SamplePage,
  language: string,
  tenant: Tenant = SAMPLE_TENANT,
): Promise<string> {
  const found = screen.samples[sample];
  if (!found) throw new Error(`There is no sample ${name}`);
  return renderScreen(screen, {
    translator: createTranslator(language),
    tenant,
    state: 'sample-state',
    csrfToken: 'sample-token',
    data: (t) => ({ application: 'Field Notes', ...found.data(t) }),
    form: found.form,
  });
}

/** Shows a sample in a browser, with the headers that it has in the server. */
export async function openSample(
  page: Page,
  sample: SamplePage,
  language: string,
  tenant: Tenant = SAMPLE_TENANT,
): Promise<void> {
  const { branding } = tenant.settings;
  const headers = screenHeaders(sample.screen, tenant);
  const html = await renderSample(sample, language, tenant);
  await page.unroute('**/*');
  await page.route('**/*', async (route) => {
    const { pathname, origin } = new URL(route.request().url());
    const asset = ASSETS.find(({ path }) => path === pathname);
    if (origin !== ORIGIN) await route.fulfill(PICTURE);
    else if (asset) await route.fulfill({ contentType: asset.contentType, body: asset.body });
    else if (pathname === '/') await route.fulfill({ headers, body: html });
    else if (pathname.startsWith('/u/brand/')) {
      await route.fulfill({ contentType: 'text/css', body: writeBrandStylesheet(branding) });
    } else await route.fulfill({ status: 404, body: '' });
  });
  await page.goto(`${ORIGIN}/`);
}
