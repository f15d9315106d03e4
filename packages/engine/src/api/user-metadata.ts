import type { UserMetadataAPI } from '@tessera/action-types';
import type { GroupContext } from './api-context.ts';
import { createSetNamedValue } from './set-named-value.ts';

/** `api.user`. */
export function createUserMetadata<Api>(context: GroupContext<Api>): UserMetadataAPI<Api> {
  return {
    setAppMetadata: createSetNamedValue(context, 'user.setAppMetadata'),
    setUserMetadata: createSetNamedValue(context, 'user.setUserMetadata'),
  };
}
