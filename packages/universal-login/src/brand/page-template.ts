import { createLiquid } from '@tessera/liquid';
import {
  type Context,
  type Emitter,
  type Liquid,
  Tag,
  type TagToken,
  type Template,
} from 'liquidjs';
import type { PageParts } from '../templates.ts';

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
  const { bytes, renderMs, memory } = PAGE_TEMPLATE_LIMITS;
  const liquid = createLiquid('html', { length: bytes, renderMs, memory });
  for (const name of FOREIGN_TAGS) delete liquid.tags[name];
  delete liquid.filters.raw;
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

/**
 * What would take what people type away from our form: a form around the widget takes its fields over, and
 * one beside it can look like it and lead by a redirect of ours to wherever its author likes.
 */
const FORM_ELEMENTS = /<(?:form|input|button|select|textarea|object|embed)(?![\w-])/i;

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
  const element = FORM_ELEMENTS.exec(template)?.[0].slice(1).toLowerCase();
  if (element !== undefined) {
    return `The template must not have forms or fields of its own, but has a <${element}>.`;
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
  // Looked for in the page too: tags of Liquid can stand in the middle of one of HTML.
  const own = html.replaceAll(parts.widget, '').replaceAll(parts.head, '');
  if (FORM_ELEMENTS.test(own)) throw new Error('The page has forms or fields of the template');
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
