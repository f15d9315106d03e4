import { Liquid, type Template } from 'liquidjs';
import { LIMITS } from '../limits.ts';
import { guardFilters } from './guard-filters.ts';

/** What the engine does with values: `html` escapes each of them, `text` leaves them as they are. */
export type Markup = 'html' | 'text';

/**
 * Templates are data of tenants: they read no files and no prototypes, and time, memory and length are
 * limited. The server's own are not limited in time: they must render on the busiest machine. The filters `escape` and `escape_once` stand at the end of many templates already; what they
 * did is not done twice.
 */
function createEngine(markup: Markup, renderLimit: number): Liquid {
  const engine = new Liquid({
    // No template has a name, so that nothing can be included.
    templates: {},
    ...(markup === 'html' ? { outputEscape: 'escape' as const } : {}),
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: LIMITS.templateLength,
    renderLimit,
    memoryLimit: LIMITS.renderMemory,
  });
  guardFilters(engine);
  if (markup === 'html') {
    for (const name of ['escape', 'escape_once'] as const) {
      const handler = engine.filters[name];
      if (typeof handler !== 'function') throw new Error(`The engine has no filter "${name}"`);
      engine.registerFilter(name, { raw: true, handler });
    }
  }
  return engine;
}

const ENGINES: Readonly<Record<Markup, Liquid>> = {
  html: createEngine('html', LIMITS.renderMs),
  text: createEngine('text', LIMITS.renderMs),
};
const OWN_ENGINES: Readonly<Record<Markup, Liquid>> = {
  html: createEngine('html', Number.POSITIVE_INFINITY),
  text: createEngine('text', Number.POSITIVE_INFINITY),
};

/** A text that cannot be parsed or rendered. The message says where, and why as far as no values are told. */
export class TemplateError extends Error {
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'TemplateError';
  }
}

/** Renders a tenant's text. @throws TemplateError */
export function renderLiquid(source: string, variables: object, markup: Markup): Promise<string> {
  return render(ENGINES[markup], source, variables);
}

/** Renders a text of the server. @throws TemplateError when values are too large for it. */
export function renderOwnLiquid(
  source: string,
  variables: object,
  markup: Markup,
): Promise<string> {
  return render(OWN_ENGINES[markup], source, variables);
}

async function render(engine: Liquid, source: string, variables: object): Promise<string> {
  const templates = parse(engine, source);
  try {
    const rendered = String(await engine.render(templates, variables));
    // Asked before anybody reads it: a text of parts that were never joined takes hardly any memory.
    if (rendered.length > LIMITS.renderLength) throw new Error('length limit exceeded');
    return rendered;
  } catch (error) {
    throw new TemplateError(describeRenderError(error), { cause: error });
  }
}

/** Says what is wrong with a template before it is ever used; undefined when it can be parsed. */
export function findTemplateProblem(source: string): string | undefined {
  try {
    parse(ENGINES.html, source);
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

function parse(engine: Liquid, source: string): Template[] {
  if (source.length > LIMITS.templateLength) {
    throw new TemplateError(`it has ${source.length} characters (limit ${LIMITS.templateLength})`);
  }
  try {
    return engine.parse(source);
  } catch (error) {
    throw new TemplateError(describe(error), { cause: error });
  }
}

/** The first line: the lines after it quote the template. */
function describe(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return first.slice(0, 200);
}

/** Errors of rendering can quote values, a code among them, and end in the log: only their place is told. */
function describeRenderError(error: unknown): string {
  const first = describe(error);
  const limit = /(\w+(?: \w+)?) limit exceeded/.exec(first)?.[0];
  const line = /, line:(\d+)/.exec(first)?.[1];
  const place = line === undefined ? '' : ` in line ${line}`;
  return limit === undefined ? `it failed${place}` : `${limit}${place}`;
}
