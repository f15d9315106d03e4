import { createLiquid, type Markup } from '@tessera/liquid';
import type { Liquid, Template } from 'liquidjs';
import { LIMITS } from '../limits.ts';

const TENANTS = {
  length: LIMITS.templateLength,
  renderMs: LIMITS.renderMs,
  memory: LIMITS.renderMemory,
};
/** The server's own are not limited in time: they must render on the busiest machine. */
const OWN = { ...TENANTS, renderMs: Number.POSITIVE_INFINITY };

const ENGINES: Readonly<Record<Markup, Liquid>> = {
  html: createLiquid('html', TENANTS),
  text: createLiquid('text', TENANTS),
};
const OWN_ENGINES: Readonly<Record<Markup, Liquid>> = {
  html: createLiquid('html', OWN),
  text: createLiquid('text', OWN),
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
