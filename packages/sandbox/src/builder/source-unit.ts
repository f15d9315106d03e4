import type { BuildDiagnostic } from '@tessera/model';
import { type FreeDependency, listFreeDependencies } from './free-dependencies.ts';

/** What an author wrote: the file of an action, or of a module that it uses. */
export interface SourceUnit {
  readonly kind: 'action' | 'module';
  /** Of a module; for messages of an action's file, empty. */
  readonly name: string;
  /** Name of the file in stack traces and source maps. */
  readonly sourceName: string;
  readonly code: string;
  /** Result of `transformSource`. */
  readonly javascript: string;
  /** Folder that holds `node_modules`. */
  readonly root: string;
  readonly declared: readonly string[];
}

/** How actions name modules. */
export const MODULE_PREFIX = 'actions:';
/** What a module's `actions` is bound to: the runtime hands it over once, when the bundle is loaded. */
export const OWN_CONTEXT = 'tessera:context';
/** What an action with modules requires first, so that its own code finds nothing left to take. */
export const ALL_CONTEXTS = 'tessera:contexts';
/** The runtime's name for what it hands over to the module at a place. */
export const contextOf = (place: string): string => `tessera:module/${place}`;

/** Names that a unit's code may use without requiring them. */
export function listFreeNames({
  kind,
  declared,
}: Pick<SourceUnit, 'kind' | 'declared'>): readonly FreeDependency[] {
  const dependencies = listFreeDependencies(declared);
  if (kind === 'action') return dependencies;
  return [
    ...dependencies.filter(({ identifier }) => identifier !== 'actions'),
    { packageName: OWN_CONTEXT, identifier: 'actions' },
  ];
}

/** Names a unit in a message. */
export const describeUnit = ({ kind, name }: Pick<SourceUnit, 'kind' | 'name'>): string =>
  kind === 'module' && name !== '' ? `the module "${name}"` : `the ${kind}`;

/**
 * A problem of a module as the build of an action tells it: its place is in the text, because line and
 * column of a diagnostic are those of the action's own file.
 */
export function tellOfModule(
  unit: Pick<SourceUnit, 'kind' | 'name'>,
  { line, column, ...problem }: BuildDiagnostic,
): BuildDiagnostic {
  const place = line === undefined ? '' : `, line ${line}, column ${column ?? 1}`;
  return { ...problem, message: `In ${describeUnit(unit)}${place}: ${problem.message}` };
}
