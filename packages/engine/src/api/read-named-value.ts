import type { JsonValue } from '@tessera/model';
import type { Rule } from '../commands/rules.ts';
import type { ApiContext } from './api-context.ts';
import { readArgument, readJson, wrongArgument } from './read-argument.ts';

/** A method `(name, value)`, as `setCustomClaim` and `setUserMetadata` are. */
interface NamedValueMethod {
  readonly method: string;
  /** What the first argument is called. */
  readonly nameArgument: string;
  readonly nameRule: Rule<string>;
}

/**
 * Reads `(name, value)`. Undefined when the value is undefined, as `event.user.nickname` often is:
 * then nothing is set, and the record says so. A call without a second argument is a mistake.
 */
export function readNamedValue(
  context: ApiContext,
  args: readonly unknown[],
  { method, nameArgument, nameRule }: NamedValueMethod,
): readonly [name: string, value: JsonValue] | undefined {
  const name = readArgument(args[0], nameRule, [method, nameArgument]);
  if (args.length < 2) throw wrongArgument([method, 'value'], 'is missing', undefined);
  if (args[1] === undefined) {
    context.recorder.warn(`api.${method}: the value of "${name}" is undefined; nothing was set`);
    return undefined;
  }
  return [name, readJson(args[1], [method, 'value'])];
}
