import type { FilterImplOptions, Liquid } from 'liquidjs';

/** Filters that read a property of every item; they also take a list as the property's path. */
const PROPERTY_FILTERS =
  'compact find find_index group_by has map reject sort sort_natural sum uniq where'.split(' ');
/** Longest name of a property. */
const MAX_NAME = 100;

/**
 * Takes from an engine what one call of a filter could hold up the server with: nothing interrupts a
 * filter, and a list as a path makes the work the product of two lengths. Filters that evaluate an
 * expression for every item (`where_exp` and its kind) are not there at all.
 */
export function guardFilters(engine: Liquid): void {
  for (const name of Object.keys(engine.filters)) {
    if (name.endsWith('_exp')) delete engine.filters[name];
  }
  for (const name of PROPERTY_FILTERS) {
    const filter = engine.filters[name];
    if (filter !== undefined) engine.registerFilter(name, withShortName(name, filter));
  }
}

function withShortName(name: string, filter: FilterImplOptions): FilterImplOptions {
  const handler = typeof filter === 'function' ? filter : filter.handler;
  return function guarded(value, property, ...rest) {
    const isName = typeof property === 'string' && property.length <= MAX_NAME;
    if (property !== undefined && !isName) {
      throw new Error(`the property of "${name}" must be a text of at most ${MAX_NAME} characters`);
    }
    return handler.call(this, value, property, ...rest);
  };
}
