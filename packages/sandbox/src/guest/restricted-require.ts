import { isBuiltin } from 'node:module';
import type { WireModule } from '../protocol.ts';
import { JUDGED_BUILT_INS } from './judged-built-ins.ts';

const getBuiltin = process.getBuiltinModule.bind(process) as (id: string) => unknown;

// Taken before any author's code runs, like everything that the runtime relies on.
const isJudged = Set.prototype.has.bind(JUDGED_BUILT_INS) as (name: string) => boolean;

/** What there is instead of built-ins that authors do ask for. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['sqlite', ' It opens files by itself; use api.cache, or a database over the network.'],
  ['inspector', ' Use console.log and the execution record.'],
  ['inspector/promises', ' Use console.log and the execution record.'],
  ['wasi', ' WebAssembly itself is available.'],
]);
const findInstead = Map.prototype.get.bind(INSTEAD) as (name: string) => string | undefined;

/** How actions name modules; those that are declared are in the bundle. */
const MODULE_PREFIX = 'actions:';
const { assign, create, freeze } = Object;

/**
 * `require` of one instance of a bundle. Each module in it gets its secrets once, under the name that
 * the build gave it; the bundle's first line does so, before any code of the action can ask.
 */
export function createRequire(modules: readonly WireModule[]): (specifier: string) => unknown {
  if (modules.length === 0) return requireBuiltin;
  const waiting = new Map(
    // The action's own file is at place 0.
    modules.map((module, at): [string, WireModule] => [`tessera:module/${at + 1}`, module]),
  );
  return (specifier) => {
    const module = waiting.get(specifier);
    if (module === undefined) return requireBuiltin(specifier);
    waiting.delete(specifier);
    return freeze({ secrets: freeze(assign(create(null) as object, module.secrets)) });
  };
}

/** `require` of an action: Node's built-ins; everything else is in the bundle already. */
function requireBuiltin(specifier: string): unknown {
  const name = specifier.startsWith('node:') ? specifier.slice(5) : specifier;
  if ((name !== specifier || isBuiltin(name)) && !isJudged(name)) {
    throw createError(
      'ERR_ACCESS_DENIED',
      `The built-in module "${name}" is not available to Actions.${findInstead(name) ?? ''}`,
    );
  }
  if (specifier.startsWith(MODULE_PREFIX)) {
    throw createError(
      'MODULE_NOT_FOUND',
      `Cannot find module '${specifier}'. Add a published version of it to the modules of the Action, and require it by its name as a literal.`,
    );
  }
  if (!isBuiltin(specifier)) {
    throw createError(
      'MODULE_NOT_FOUND',
      `Cannot find module '${specifier}'. Add it to the dependencies of the Action.`,
    );
  }
  return getBuiltin(specifier);
}

/** `process.getBuiltinModule` for actions: undefined instead of an error, as Node has it. */
export function findBuiltin(specifier: string): unknown {
  const name = specifier.startsWith('node:') ? specifier.slice(5) : specifier;
  return isJudged(name) ? getBuiltin(specifier) : undefined;
}

function createError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
