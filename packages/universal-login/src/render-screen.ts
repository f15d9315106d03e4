import { scriptPath } from './assets.ts';
import type { Brand } from './brand.ts';
import { viewSummary } from './forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from './forms/form-state.ts';
import type { Translator } from './i18n/translator.ts';
import type { Screen } from './screen.ts';
import { renderTemplate } from './templates.ts';

/** Data of a screen; a function if it has texts in it. */
export type ScreenData<Data extends object> = Data | ((t: Translator) => Data);

/** What a page is made of besides its screen. */
export interface ScreenView<Data extends object> {
  readonly translator: Translator;
  readonly brand: Brand;
  readonly data: ScreenData<Data>;
  readonly form?: FormState | undefined;
  /** Name of the application; the tenant's if absent. */
  readonly application?: string | undefined;
  /** Shown when the application has several connections. */
  readonly connectionName?: string | null;
  /** `state` and token of the page's form. */
  readonly state?: string | null;
  readonly csrfToken?: string | null;
}

/** Renders a screen to a whole HTML document. */
export async function renderScreen<Data extends object>(
  screen: Screen<Data>,
  view: ScreenView<Data>,
): Promise<string> {
  const { translator, brand, form = EMPTY_FORM } = view;
  const data = typeof view.data === 'function' ? view.data(translator) : view.data;
  const common = {
    application: view.application ?? brand.name,
    connectionName: view.connectionName ?? null,
    state: view.state ?? null,
    csrfToken: view.csrfToken ?? null,
    summary: viewSummary(translator, form),
  };
  return renderTemplate(
    screen.name,
    { ...common, ...data },
    {
      title: translator.text(screen.title),
      brand,
      translator,
      scripts: (screen.scripts ?? []).map(scriptPath),
    },
  );
}
