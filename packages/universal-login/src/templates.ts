import { join } from 'node:path';
import { Liquid } from 'liquidjs';
import { ASSET_PATHS } from './assets.ts';
import type { Brand } from './brand.ts';
import type { TextValues, Translator } from './i18n/translator.ts';

/** What every template may read besides its own data, in parts too. */
export interface PageGlobals {
  readonly title: string;
  readonly brand: Brand;
  readonly translator: Translator;
  /** Paths of scripts that the page loads. */
  readonly scripts: readonly string[];
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

/** What LiquidJS binds to a filter, as far as ours need it. */
interface FilterThis {
  readonly context: { readonly globals: object };
}
/** A named argument of a filter; LiquidJS hands it over as a pair. */
type NamedArgument = readonly [name: string, value: unknown];

function translatorOf(filter: FilterThis): Translator {
  return (filter.context.globals as { translator: Translator }).translator;
}

function readValues(pairs: readonly NamedArgument[]): TextValues {
  return Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]));
}

// `{{ 'login.lede' | t: application: application }}`: the text, escaped like every output.
engine.registerFilter('t', function (this: FilterThis, key: unknown, ...pairs: NamedArgument[]) {
  return translatorOf(this).text(String(key), readValues(pairs));
});

// The same with each value in `<strong>`. `raw`: the translator has escaped text and values.
engine.registerFilter('t_strong', {
  raw: true,
  handler(this: FilterThis, key: unknown, ...pairs: NamedArgument[]) {
    return translatorOf(this).html(String(key), readValues(pairs));
  },
});

/** Renders a whole HTML document from `templates/<name>.liquid`. */
export async function renderTemplate(
  name: string,
  data: object,
  page: PageGlobals,
): Promise<string> {
  const { language, direction } = page.translator;
  const globals = { ...page, language, direction, assets: ASSET_PATHS };
  const html: unknown = await engine.renderFile(name, data, { globals });
  if (typeof html !== 'string') throw new Error(`Template "${name}" did not render to text`);
  return html;
}
