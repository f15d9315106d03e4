import type {
  CredentialsExchangeAPI,
  CustomTokenExchangeAPI,
  PasswordResetPostChallengeAPI,
  PostLoginAPI,
  PreUserRegistrationAPI,
} from '@tessera/action-types';
import { errorCode, text } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readArgument } from './read-argument.ts';

const method = 'access.deny';

/** `api.access` of post-login: `deny(reason)` and the older `deny(code, reason)`. */
export function createPostLoginAccess(context: GroupContext<PostLoginAPI>): PostLoginAPI['access'] {
  return {
    deny: (first: unknown, second?: unknown) =>
      recordCall(context, method, () =>
        second === undefined
          ? { method, args: [readArgument(first, text, [method, 'reason'])] }
          : {
              method,
              args: [
                readArgument(first, errorCode, [method, 'code']),
                readArgument(second, text, [method, 'reason']),
              ],
            },
      ),
  };
}

/** `api.access` of credentials-exchange: `deny(code, reason?)`. */
export function createCredentialsExchangeAccess(
  context: GroupContext<CredentialsExchangeAPI>,
): CredentialsExchangeAPI['access'] {
  return {
    deny: (code: unknown, reason?: unknown) =>
      recordCall(context, method, () => {
        const taken = readArgument(code, errorCode, [method, 'code']);
        return reason === undefined
          ? { method, args: [taken] }
          : { method, args: [taken, readArgument(reason, text, [method, 'reason'])] };
      }),
  };
}

/** `api.access` of pre-user-registration: `deny(reason, userMessage)`. */
export function createPreUserRegistrationAccess(
  context: GroupContext<PreUserRegistrationAPI>,
): PreUserRegistrationAPI['access'] {
  return {
    deny: (reason: unknown, userMessage: unknown) =>
      recordCall(context, method, () => ({
        method,
        args: [
          readArgument(reason, text, [method, 'reason']),
          readArgument(userMessage, text, [method, 'userMessage']),
        ],
      })),
  };
}

/** `api.access` of password-reset-post-challenge: `deny(reason)`. */
export function createPasswordResetAccess(
  context: GroupContext<PasswordResetPostChallengeAPI>,
): PasswordResetPostChallengeAPI['access'] {
  return {
    deny: (reason: unknown) =>
      recordCall(context, method, () => ({
        method,
        args: [readArgument(reason, text, [method, 'reason'])],
      })),
  };
}

/** `api.access` of custom-token-exchange: `deny(code, reason)` and the other way to refuse. */
export function createTokenExchangeAccess(
  context: GroupContext<CustomTokenExchangeAPI>,
): CustomTokenExchangeAPI['access'] {
  const reject = 'access.rejectInvalidSubjectToken';
  return {
    deny: (code: unknown, reason: unknown) =>
      recordCall(context, method, () => ({
        method,
        args: [
          readArgument(code, errorCode, [method, 'code']),
          readArgument(reason, text, [method, 'reason']),
        ],
      })),
    rejectInvalidSubjectToken: (reason: unknown) =>
      recordCall(context, reject, () => ({
        method: reject,
        args: [readArgument(reason, text, [reject, 'reason'])],
      })),
  };
}
