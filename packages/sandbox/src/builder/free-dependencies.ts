import { Script } from 'node:vm';

/** A declared dependency and the identifier by which code may use it without requiring it. */
export interface FreeDependency {
  readonly packageName: string;
  readonly identifier: string;
}

/** Names that a CommonJS module has without declaring them, and that test for the kind of platform. */
const MODULE_NAMES = new Set([
  'exports',
  'module',
  'require',
  '__filename',
  '__dirname',
  'define',
  'window',
  'self',
  'document',
  'arguments',
  'eval',
]);

/**
 * Actions on the hosted service may use a declared dependency without requiring it: `axios.get(…)`
 * alone works there. Such names are the dependencies' names in camel case, without their scope; names
 * that Node.js itself defines, and those that two dependencies share, keep their usual meaning.
 */
export function listFreeDependencies(packageNames: readonly string[]): readonly FreeDependency[] {
  const candidates = packageNames
    .map((packageName) => ({ packageName, identifier: toIdentifier(packageName) }))
    .filter(({ identifier }) => isBindable(identifier));
  return candidates.filter(
    ({ identifier }) => candidates.filter((other) => other.identifier === identifier).length === 1,
  );
}

function toIdentifier(packageName: string): string {
  const base = packageName.slice(packageName.indexOf('/') + 1);
  return base.replace(/[-.]+([a-z0-9])/gi, (_match, letter: string) => letter.toUpperCase());
}

function isBindable(identifier: string): boolean {
  if (!/^[A-Za-z_$][\w$]*$/.test(identifier)) return false;
  if (identifier in globalThis || MODULE_NAMES.has(identifier)) return false;
  try {
    // Compiled, never run: the one complete list of reserved words is the engine's.
    new Script(`'use strict'; const ${identifier} = 0;`);
    return true;
  } catch {
    return false;
  }
}

/** Only identifiers that the code does not bind itself are replaced: this is esbuild's scope analysis. */
export function defineFreeDependencies(
  candidates: readonly FreeDependency[],
): Record<string, string> {
  return Object.fromEntries(
    candidates.map(({ identifier }) => [identifier, `${holderOf(identifier)}.value`]),
  );
}

/**
 * One line that declares a holder for each dependency which `transformed` refers to. The package is
 * required at the first use of its name, so code that never reaches it never loads it; an assignment
 * to the name (`axios = require('axios')`) replaces it.
 */
export function writeFreeDependencies(
  candidates: readonly FreeDependency[],
  transformed: string,
): string {
  return candidates
    .filter(({ identifier }) => transformed.includes(holderOf(identifier)))
    .map(({ packageName, identifier }) => {
      const getter = `get value() { return require(${JSON.stringify(packageName)}); }`;
      const setter = `set value(value) { Object.defineProperty(this, 'value', { value, writable: true }); }`;
      return `var ${holderOf(identifier)} = { ${getter}, ${setter} };`;
    })
    .join(' ');
}

function holderOf(identifier: string): string {
  return `__tesseraDependency_${identifier}`;
}
