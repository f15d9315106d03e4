import type { ChallengeAPI, PostLoginAPI } from '@tessera/action-types';
import { challengeFactorType, enrollmentFactorType } from '../commands/factor-rules.ts';
import { identifier, redirectUrl } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readAdditionalFactors, readFactor, readFactors } from './factors.ts';
import { readArgument } from './read-argument.ts';

/** `challengeWith` and `challengeWithAny`. */
export function createChallenge<Api>(context: GroupContext<Api>): ChallengeAPI<Api> {
  const one = 'authentication.challengeWith';
  const any = 'authentication.challengeWithAny';
  return {
    challengeWith: (factor: unknown, options?: unknown) =>
      recordCall(context, one, () => ({
        method: one,
        args: [
          readFactor(factor, challengeFactorType, [one, 'factor']),
          readAdditionalFactors(options, challengeFactorType, one),
        ],
      })),
    challengeWithAny: (factors: unknown) =>
      recordCall(context, any, () => ({
        method: any,
        args: [readFactors(factors, challengeFactorType, [any, 'factors'])],
      })),
  };
}

/** `api.authentication` of post-login. */
export function createAuthentication(
  context: GroupContext<PostLoginAPI>,
): PostLoginAPI['authentication'] {
  const setPrimaryUser = 'authentication.setPrimaryUser';
  return {
    ...createChallenge(context),
    ...createEnrollment(context),
    recordMethod: (providerUrl: unknown) => recordMethod(context, providerUrl),
    setPrimaryUser: (primaryUserId: unknown) =>
      recordCall(context, setPrimaryUser, () => ({
        method: setPrimaryUser,
        args: [readArgument(primaryUserId, identifier, [setPrimaryUser, 'primary_user_id'])],
      })),
  };
}

function createEnrollment(
  context: GroupContext<PostLoginAPI>,
): Pick<PostLoginAPI['authentication'], 'enrollWith' | 'enrollWithAny'> {
  const one = 'authentication.enrollWith';
  const any = 'authentication.enrollWithAny';
  return {
    enrollWith: (factor: unknown, options?: unknown) =>
      recordCall(context, one, () => ({
        method: one,
        args: [
          readFactor(factor, enrollmentFactorType, [one, 'factor']),
          readAdditionalFactors(options, enrollmentFactorType, one),
        ],
      })),
    enrollWithAny: (factors: unknown) =>
      recordCall(context, any, () => ({
        method: any,
        args: [readFactors(factors, enrollmentFactorType, [any, 'factors'])],
      })),
  };
}

function recordMethod(context: GroupContext<PostLoginAPI>, providerUrl: unknown): PostLoginAPI {
  const method = 'authentication.recordMethod';
  return recordCall(context, method, () => {
    const url = readArgument(providerUrl, redirectUrl, [method, 'provider_url']);
    if (context.handler !== 'continue') {
      throw new Error(`api.${method} can only be called in the handler that continues a login`);
    }
    return { method, args: [url] };
  });
}
