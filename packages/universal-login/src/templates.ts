import { join } from 'node:path';
import { Liquid } from 'liquidjs';
import { ASSET_PATHS } from './assets.ts';
import type { Brand } from './brand.ts';

/** Data of one template, besides `brand` and `title`. Members may be null, never absent. */
interface TemplateData {
  login: FormPageData & { readonly signUpUrl: string | null };
  signup: FormPageData & { readonly loginUrl: string };
  continue: { readonly url: string };
  error: {
    readonly heading: string;
    readonly description: string;
    readonly advice: string | null;
    readonly retryUrl: string | null;
    readonly code: string | null;
    readonly traceId: string | null;
  };
  'logged-out': object;
  /** `formHtml` is inserted as it is; it comes from the protocol, not from a person. */
  'confirm-logout': { readonly formHtml: string };
  consent: {
    readonly application: string;
    readonly userName: string;
    readonly scopes: readonly { readonly text: string; readonly value: string | null }[];
    readonly submitUrl: string;
    readonly state: string;
    readonly csrfToken: string;
  };
}

/** An input of a form. */
export interface FieldView {
  /** Name and id. */
  readonly name: string;
  readonly label: string;
  readonly type: 'email' | 'text' | 'tel' | 'password';
  readonly autocomplete: string;
  readonly value: string;
  readonly isOptional: boolean;
  readonly isFocused: boolean;
  /** Ids of what explains the field, separated by spaces. */
  readonly describedBy: string | null;
  readonly problem: string | null;
  readonly rules: readonly RuleView[] | null;
}

/** A rule for new passwords. */
export interface RuleView {
  readonly text: string;
  readonly isBroken: boolean;
  readonly items: readonly RuleView[] | null;
}

/** What stands above a form that was refused. */
export interface SummaryView {
  readonly text: string;
  /** Links to the fields; null when the problem is no single field's. */
  readonly problems: readonly { readonly name: string; readonly text: string }[] | null;
}

/** Members that the login and the signup page share. */
interface FormPageData {
  readonly application: string;
  /** Shown when the application has several connections. */
  readonly connectionName: string | null;
  readonly summary: SummaryView | null;
  readonly state: string;
  readonly csrfToken: string;
  readonly fields: readonly FieldView[];
}

const engine = new Liquid({
  root: join(import.meta.dirname, '..', 'templates'),
  extname: '.liquid',
  // Every value is text, never markup; `raw` stands in one place only.
  outputEscape: 'escape',
  cache: true,
  dynamicPartials: true,
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: true,
});

/** Renders a whole HTML document. */
export async function renderTemplate<Name extends keyof TemplateData>(
  name: Name,
  page: { readonly title: string; readonly brand: Brand; readonly data: TemplateData[Name] },
): Promise<string> {
  const { title, brand, data } = page;
  const html: unknown = await engine.renderFile(name, {
    ...data,
    title,
    brand,
    assets: ASSET_PATHS,
  });
  if (typeof html !== 'string') throw new Error(`Template "${name}" did not render to text`);
  return html;
}
