import {
  type AuthorableTriggerId,
  TRIGGER_AUTHORING,
  type TriggerAuthoring,
} from '@tessera/action-types';

type ActionHandler = (...args: unknown[]) => unknown;

/** There is no such export; `mistake` says so when another looks as if it was meant. */
export interface MissingHandler {
  readonly mistake?: string;
}

/** The export to call. Throws when it is no function. */
export function findHandler(
  exported: Readonly<Record<string, unknown>>,
  triggerId: AuthorableTriggerId,
  kind: 'execute' | 'continue',
): ActionHandler | MissingHandler {
  const authoring: TriggerAuthoring = TRIGGER_AUTHORING[triggerId];
  const name = authoring[kind];
  if (name === undefined) throw new Error(`The trigger "${triggerId}" cannot be continued`);
  // `module.exports` is whatever the author assigned, null included.
  const handler: unknown = exported?.[name];
  if (handler === undefined || handler === null) return describeMissing(exported, name);
  if (typeof handler !== 'function') throw new TypeError(`exports.${name} must be a function`);
  return handler as ActionHandler;
}

/** Letters that may differ between a name and what was meant. */
const MAX_DISTANCE = 3;
/** Exports that are looked at, and their length: comparing is quadratic. */
const MAX_EXPORTS = 50;
const MAX_NAME_CHARACTERS = 60;

function describeMissing(exported: unknown, expected: string): MissingHandler {
  if (exported === null || !['object', 'function'].includes(typeof exported)) return {};
  const names = Object.keys(exported as object)
    .slice(0, MAX_EXPORTS)
    .filter((name) => name.length <= MAX_NAME_CHARACTERS);
  const nearest = findNearest(names, expected);
  if (nearest === undefined) return {};
  return {
    mistake: `The action was skipped: it exports "${nearest}", but this trigger runs "${expected}"`,
  };
}

/** The export that differs least; else one that is called like a handler of the same kind. */
function findNearest(names: readonly string[], expected: string): string | undefined {
  let nearest: string | undefined;
  let smallest = MAX_DISTANCE + 1;
  for (const name of names) {
    const distance = countEdits(name.toLowerCase(), expected.toLowerCase());
    if (distance < smallest) {
      smallest = distance;
      nearest = name;
    }
  }
  const kind = expected.startsWith('onContinue') ? 'onContinue' : 'onExecute';
  return nearest ?? names.find((name) => name.startsWith(kind));
}

/** Letters to insert, remove or replace to make one text the other (Levenshtein). */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1];
    for (const [column, wanted] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
