import type { PasswordResetPostChallengeAPI, PostLoginAPI } from '@tessera/action-types';
import { transactionMetadataKey, transactionMetadataValue } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readArgument } from './read-argument.ts';
import { readTarget } from './redirect.ts';

const method = 'transaction.setMetadata';

/** `api.transaction` of post-login. */
export function createTransaction(
  context: GroupContext<PostLoginAPI>,
): PostLoginAPI['transaction'] {
  return {
    setMetadata: (key: unknown, value: unknown) =>
      recordCall(context, method, () => ({
        method,
        args: [
          readArgument(key, transactionMetadataKey, [method, 'key']),
          readArgument(value, transactionMetadataValue, [method, 'value']),
        ],
      })),
  };
}

/** `api.transaction` of password-reset-post-challenge. */
export function createPasswordResetTransaction(
  context: GroupContext<PasswordResetPostChallengeAPI>,
): PasswordResetPostChallengeAPI['transaction'] {
  const setResultUrl = 'transaction.setResultUrl';
  return {
    setResultUrl: (url: unknown, options?: unknown) =>
      recordCall(context, setResultUrl, () => ({
        method: setResultUrl,
        args: readTarget(setResultUrl, url, options),
      })),
  };
}
