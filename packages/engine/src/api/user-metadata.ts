import type { UserMetadataAPI } from '@tessera/action-types';
import { memberName } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readNamedValue } from './read-named-value.ts';

/** `api.user`. */
export function createUserMetadata<Api>(context: GroupContext<Api>): UserMetadataAPI<Api> {
  return {
    setAppMetadata: createSetMetadata(context, 'user.setAppMetadata'),
    setUserMetadata: createSetMetadata(context, 'user.setUserMetadata'),
  };
}

function createSetMetadata<Api>(
  context: GroupContext<Api>,
  method: 'user.setAppMetadata' | 'user.setUserMetadata',
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
