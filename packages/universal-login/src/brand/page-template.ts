import { type Context, type Emitter, Liquid, Tag, type TagToken, type Template } from 'liquidjs';
import type { PageParts } from '../templates.ts';
import { guardFilters } from './guard-filters.ts';

/** Limits of a tenant's page template. Beyond them it is refused, or the standard layout is shown. */
export const PAGE_TEMPLATE_LIMITS = {
  /** Size of the template, in bytes. */
  bytes: 102_400,
  /** Time of one rendering, in milliseconds; checked between the parts of the template. */
  renderMs: 100,
  /** What filters and loops may create, in characters and list members. */
  memory: 2_000_000,
  /** Length of the document, in characters. */
  outputLength: 2_000_000,
  /** Parsed templates that are kept in memory. */
  cached: 200,
} as const;

/** Tags that read other templates or files. */
const FOREIGN_TAGS = ['include', 'render', 'layout', 'block'];
/** Data of the two tags of the hosted service, beside what the template's author can name. */
const PARTS = Symbol('parts');

function createEngine(): Liquid {
  const liquid = new Liquid({
    // There are no files: what is not in this object does not exist.
    templates: {},
    outputEscape: 'escape',
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: PAGE_TEMPLATE_LIMITS.bytes,
    renderLimit: PAGE_TEMPLATE_LIMITS.renderMs,
    memoryLimit: PAGE_TEMPLATE_LIMITS.memory,
  });
  for (const name of FOREIGN_TAGS) delete liquid.tags[name];
  delete liquid.filters.raw;
  guardFilters(liquid);
  // Templates escape by themselves; escaping twice would show entities.
  const escapeFilter = liquid.filters.escape;
  if (typeof escapeFilter === 'function') {
    liquid.registerFilter('escape', { raw: true, handler: escapeFilter });
  }
  // `{%- auth0:head -%}`: Liquid reads the name up to the colon.
  liquid.registerTag('auth0', PartTag);
  return liquid;
}

/** `auth0:head` and `auth0:widget`. */
class PartTag extends Tag {
  readonly part: keyof PageParts;

  constructor(token: TagToken, rest: ConstructorParameters<typeof Tag>[1], liquid: Liquid) {
    super(token, rest, liquid);
    const part = token.args.trim();
    if (part !== ':head' && part !== ':widget') {
      throw new Error(`there is no tag "auth0${part}", but auth0:head and auth0:widget`);
    }
    this.part = part === ':head' ? 'head' : 'widget';
  }

  override render(context: Context, emitter: Emitter): void {
    const parts = (context.globals as { readonly [PARTS]: PageParts })[PARTS];
    emitter.write(parts[this.part]);
  }
}

const engine = createEngine();
const parsed = new Map<string, readonly Template[]>();

/** What keeps a text from being a page template, in words for the author; undefined when nothing does. */
export function findPageTemplateProblem(template: string): string | undefined {
  const { bytes } = PAGE_TEMPLATE_LIMITS;
  if (Buffer.byteLength(template) > bytes) {
    return `Payload content length greater than maximum allowed: ${bytes}.`;
  }
  let nodes: readonly Template[];
  try {
    nodes = engine.parse(template);
  } catch (error) {
    return `Liquid template syntax error: ${error instanceof Error ? error.message : 'unreadable'}`;
  }
  // Hidden in a condition or a comment a tag may be missing on some page.
  const parts = nodes.map((node) => (node instanceof PartTag ? node.part : undefined));
  return parts.includes('head') && parts.includes('widget')
    ? undefined
    : 'Payload content missing required Liquid tags (auth0:head and auth0:widget).';
}

/** What a page template may name, in the words of the hosted service. */
export interface PageTemplateVariables {
  readonly application: object;
  readonly branding: object;
  readonly tenant: object;
  readonly prompt: object;
  readonly locale: string;
  readonly dir: 'ltr' | 'rtl';
}

/** Puts the parts of a page into the tenant's document. Throws when the template breaks a limit. */
export function renderPageTemplate(
  template: string,
  parts: PageParts,
  variables: PageTemplateVariables,
): string {
  const html: unknown = engine.renderSync([...parse(template)], variables, {
    globals: { [PARTS]: parts },
  });
  if (typeof html !== 'string' || html.length > PAGE_TEMPLATE_LIMITS.outputLength) {
    throw new Error(`The page is longer than ${PAGE_TEMPLATE_LIMITS.outputLength} characters`);
  }
  return html;
}

function parse(template: string): readonly Template[] {
  const known = parsed.get(template);
  if (known !== undefined) return known;
  const nodes = engine.parse(template);
  const [oldest] = parsed.keys();
  if (parsed.size >= PAGE_TEMPLATE_LIMITS.cached && oldest !== undefined) parsed.delete(oldest);
  parsed.set(template, nodes);
  return nodes;
}
