import { CaptureTag, type Context, type FilterImplOptions, type Liquid } from 'liquidjs';

/** Filters that read a property of every item; they also take a list as the property's path. */
const PROPERTY_FILTERS =
  'compact find find_index group_by has map reject sort sort_natural sum uniq where'.split(' ');
/** Longest name of a property. */
const MAX_NAME = 100;
/**
 * What one value may weigh: characters and members, written out. A list that holds itself twice, twenty
 * times over, takes no memory, but minutes and gigabytes to be written or compared.
 */
const MAX_WEIGHT = 1_000_000;

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
  for (const [name, filter] of Object.entries(engine.filters)) {
    if (filter !== undefined) engine.registerFilter(name, weighed(filter));
  }
  engine.registerTag('capture', WeighedCapture);
}

/** Values are made by filters and by `capture` alone: what goes in and what comes out is weighed. */
function weighed(filter: FilterImplOptions): FilterImplOptions {
  const handler = typeof filter === 'function' ? filter : filter.handler;
  const guarded: typeof handler = function* (value, ...rest) {
    for (const one of [value, ...rest]) weigh(one);
    // Some filters are generators; the engine goes through what is yielded.
    const made: unknown = yield handler.call(this, value, ...rest);
    weigh(made);
    return made;
  };
  return typeof filter === 'function' ? guarded : { ...filter, handler: guarded };
}

class WeighedCapture extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    yield* super.render(context);
    weigh(context.bottom()[this.variable]);
  }
}

/** Throws for a value that would be too long, written out. */
function weigh(value: unknown): void {
  const open = [value];
  for (let weight = 0; open.length > 0; ) {
    const one = open.pop();
    weight += typeof one === 'string' ? one.length : 1;
    if (weight > MAX_WEIGHT) throw new Error(`memory limit exceeded: a value weighs too much`);
    if (typeof one !== 'object' || one === null) continue;
    for (const member of Array.isArray(one) ? one : Object.values(one)) open.push(member);
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
