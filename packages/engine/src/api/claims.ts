import { memberName } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readNamedValue } from './read-named-value.ts';

/** `setCustomClaim` of one of the tokens. */
export function createSetCustomClaim<Api>(
  context: GroupContext<Api>,
  method: 'idToken.setCustomClaim' | 'accessToken.setCustomClaim',
): (...args: [name: string, value: unknown]) => Api {
  return (...args) =>
    recordCall(context, method, () => {
      const named = readNamedValue(context, args, {
        method,
        nameArgument: 'key',
        nameRule: memberName,
      });
      return named && { method, args: named };
    });
}
