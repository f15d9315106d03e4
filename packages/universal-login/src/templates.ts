import { join } from 'node:path';
import { Liquid } from 'liquidjs';
import { ASSET_PATHS } from './assets.ts';
import type { Brand } from './brand/read-brand.ts';
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
  // Every value is text, never markup; `raw` stands for what we rendered and the protocol's own form.
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

/** The two parts of a page: what stands in its `head`, and the card. */
export interface PageParts {
  readonly head: string;
  readonly widget: string;
}

/** Between the two parts that `layout.liquid` writes. No data can: its `<` is escaped. */
const SEPARATOR = '<!-- widget -->';

/** Renders `templates/<name>.liquid` inside `layout.liquid`. */
export async function renderParts(
  name: string,
  data: object,
  page: PageGlobals,
): Promise<PageParts> {
  const html = await render(name, data, page);
  const [head = '', ...rest] = html.split(SEPARATOR);
  return { head: head.trim(), widget: rest.join(SEPARATOR).trim() };
}

/** Puts the parts into our own document. */
export function renderFrame(parts: PageParts, page: PageGlobals): Promise<string> {
  return render('frame', parts, page);
}

async function render(name: string, data: object, page: PageGlobals): Promise<string> {
  const { language, direction } = page.translator;
  const globals = { ...page, language, direction, assets: ASSET_PATHS };
  const html: unknown = await engine.renderFile(name, data, { globals });
  if (typeof html !== 'string') throw new Error(`Template "${name}" did not render to text`);
  return html;
}
