import type { Client, Logger, Tenant } from '@tessera/model';
import { scriptPath } from './assets.ts';
import { type PageTemplateVariables, renderPageTemplate } from './brand/page-template.ts';
import { type Brand, readBrand } from './brand/read-brand.ts';
import { viewSummary } from './forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from './forms/form-state.ts';
import type { Translator } from './i18n/translator.ts';
import type { Screen } from './screen.ts';
import { type PageGlobals, renderFrame, renderParts } from './templates.ts';

/** Data of a screen; a function if it has texts in it. */
export type ScreenData<Data extends object> = Data | ((t: Translator) => Data);

/** What a page is made of besides its screen. */
export interface ScreenView<Data extends object> {
  readonly translator: Translator;
  readonly tenant: Tenant;
  readonly client?: Client | undefined;
  readonly data: ScreenData<Data>;
  readonly form?: FormState | undefined;
  /** Shown when the application has several connections. */
  readonly connectionName?: string | null;
  /** `state` and token of the page's form. */
  readonly state?: string | null;
  readonly csrfToken?: string | null;
  /** Told when the tenant's page template fails; the page is then shown in the standard layout. */
  readonly logger?: Logger | undefined;
}

/** Renders a screen to a whole HTML document. */
export async function renderScreen<Data extends object>(
  screen: Screen<Data>,
  view: ScreenView<Data>,
): Promise<string> {
  const { translator, tenant, client, form = EMPTY_FORM } = view;
  const brand = readBrand(tenant, client);
  const data = typeof view.data === 'function' ? view.data(translator) : view.data;
  const common = {
    application: client?.name ?? brand.name,
    connectionName: view.connectionName ?? null,
    state: view.state ?? null,
    csrfToken: view.csrfToken ?? null,
    summary: viewSummary(translator, form),
  };
  const globals: PageGlobals = {
    title: translator.text(screen.title, screen.titleValues),
    brand,
    translator,
    scripts: (screen.scripts ?? []).map(scriptPath),
  };
  const parts = await renderParts(screen.name, { ...common, ...data }, globals);
  if (brand.pageTemplate === null) return renderFrame(parts, globals);
  try {
    const variables = templateVariables(screen, view, { brand, globals });
    return renderPageTemplate(brand.pageTemplate, parts, variables);
  } catch (error) {
    // Fail closed: whoever logs in must never stand before half a page.
    const fields = { err: error, tenantId: tenant.id, screen: screen.name };
    view.logger?.error(
      fields,
      'The page template of a tenant failed; the standard layout was shown',
    );
    return renderFrame(parts, globals);
  }
}

function templateVariables(
  screen: { readonly name: string },
  { tenant, client, translator }: Pick<ScreenView<object>, 'tenant' | 'client' | 'translator'>,
  { brand, globals }: { readonly brand: Brand; readonly globals: PageGlobals },
): PageTemplateVariables {
  const { branding, supportEmail, supportUrl, enabledLocales } = tenant.settings;
  const [prompt = '', name = ''] = screen.name.split('/');
  return {
    application: client
      ? {
          id: client.clientId,
          name: client.name,
          logo_url: client.logoUri ?? '',
          metadata: client.metadata,
        }
      : {},
    branding: {
      logo_url: brand.logo ?? '',
      colors: {
        primary: branding?.primaryColor ?? '',
        page_background: branding?.pageBackground ?? '',
      },
    },
    tenant: {
      friendly_name: brand.name,
      support_email: supportEmail ?? '',
      support_url: supportUrl ?? '',
      enabled_locales: enabledLocales ?? ['en'],
    },
    prompt: { name: prompt, screen: { name, texts: { pageTitle: globals.title } } },
    locale: translator.language,
    dir: translator.direction,
  };
}
