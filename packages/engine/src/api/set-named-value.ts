import { memberName } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readNamedValue } from './read-named-value.ts';

type Method =
  | 'idToken.setCustomClaim'
  | 'accessToken.setCustomClaim'
  | 'user.setAppMetadata'
  | 'user.setUserMetadata';

/** A method `(key, value)` that records itself: a claim of a token, or a member of the metadata. */
export function createSetNamedValue<Api>(
  context: GroupContext<Api>,
  method: Method,
): (...args: [key: string, value: unknown]) => Api {
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
