import { isBuiltin } from 'node:module';

const getBuiltin = process.getBuiltinModule.bind(process) as (id: string) => unknown;

/**
 * Built-ins that no action needs and that reach around the sandbox's inner wall. `child_process` and
 * `worker_threads` are not here: libraries load them without using them, and using them is refused.
 */
const REFUSED = new Set([
  'sqlite',
  'inspector',
  'inspector/promises',
  'repl',
  'trace_events',
  'wasi',
  'test',
]);

/** `require` of an action: Node's built-ins; everything else is in the bundle already. */
export function requireBuiltin(specifier: string): unknown {
  const name = specifier.startsWith('node:') ? specifier.slice(5) : specifier;
  if (REFUSED.has(name)) {
    throw createError(
      'ERR_ACCESS_DENIED',
      `The built-in module "${name}" is not available to Actions.`,
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
  return REFUSED.has(name) ? undefined : getBuiltin(specifier);
}

function createError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
