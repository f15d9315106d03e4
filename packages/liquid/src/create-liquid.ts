import { Liquid } from 'liquidjs';
import { guardFilters } from './guard-filters.ts';

/** What the engine does with values: `html` escapes each of them, `text` leaves them as they are. */
export type Markup = 'html' | 'text';

/** How much a template may be and do. Beyond it, parsing or rendering throws. */
export interface LiquidLimits {
  /** Characters of the template. */
  readonly length: number;
  /** Time of one rendering, ms; checked between the parts of the template. */
  readonly renderMs: number;
  /** What filters and loops may create, characters and members of lists. */
  readonly memory: number;
}

/**
 * Makes an engine for templates that are data of tenants. The filters `escape` and `escape_once` stand at
 * the end of many templates already; in `html` what they did is not done twice.
 */
export function createLiquid(markup: Markup, limits: LiquidLimits): Liquid {
  const engine = new Liquid({
    // No template has a name, so that nothing can be included.
    templates: {},
    ...(markup === 'html' ? { outputEscape: 'escape' as const } : {}),
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: limits.length,
    renderLimit: limits.renderMs,
    memoryLimit: limits.memory,
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
