import type { PostLoginAPI } from '@tessera/action-types';
import { identifier, redirectUrl } from '../commands/rules.ts';
import type { GroupContext } from './api-context.ts';
import { type ArgumentPlace, readArgument, readObject, wrongArgument } from './read-argument.ts';
import { refuseCall } from './unavailable.ts';

const CHALLENGE_FACTORS: readonly string[] = [
  'otp',
  'email',
  'phone',
  'push-notification',
  'webauthn-platform',
  'webauthn-roaming',
  'recovery-code',
];

const ENROLLMENT_FACTORS: readonly string[] = [
  'otp',
  'phone',
  'push',
  'push-notification',
  'webauthn-platform',
  'webauthn-roaming',
  'recovery-code',
];

/** `api.authentication`: refuses the login, see `refuseCall`. */
export function createAuthentication(
  context: GroupContext<PostLoginAPI>,
): PostLoginAPI['authentication'] {
  const one = (name: string, types: readonly string[]) => (factor: unknown, options?: unknown) => {
    const method = `authentication.${name}`;
    return refuseCall(context, method, () => {
      checkFactor(factor, types, [method, 'factor']);
      if (options !== undefined) checkOptions(options, types, method);
    });
  };
  const any = (name: string, types: readonly string[]) => (factors: unknown) => {
    const method = `authentication.${name}`;
    return refuseCall(context, method, () => checkFactors(factors, types, [method, 'factors']));
  };
  return {
    challengeWith: one('challengeWith', CHALLENGE_FACTORS),
    challengeWithAny: any('challengeWithAny', CHALLENGE_FACTORS),
    enrollWith: one('enrollWith', ENROLLMENT_FACTORS),
    enrollWithAny: any('enrollWithAny', ENROLLMENT_FACTORS),
    recordMethod: (providerUrl: unknown) => {
      const method = 'authentication.recordMethod';
      return refuseCall(context, method, () => {
        readArgument(providerUrl, redirectUrl, [method, 'provider_url']);
      });
    },
    setPrimaryUser: (primaryUserId: unknown) => {
      const method = 'authentication.setPrimaryUser';
      return refuseCall(context, method, () => {
        readArgument(primaryUserId, identifier, [method, 'primary_user_id']);
      });
    },
  };
}

function checkOptions(options: unknown, types: readonly string[], method: string): void {
  const { additionalFactors } = readObject(options, [method, 'options']);
  if (additionalFactors === undefined) return;
  checkFactors(additionalFactors, types, [method, 'options.additionalFactors']);
}

function checkFactors(factors: unknown, types: readonly string[], place: ArgumentPlace): void {
  if (!Array.isArray(factors) || factors.length === 0) {
    throw wrongArgument(place, 'must be a non-empty array of factors', factors);
  }
  for (const factor of factors) checkFactor(factor, types, place);
}

function checkFactor(factor: unknown, types: readonly string[], place: ArgumentPlace): void {
  const { type, options } = readObject(factor, place);
  const [method, argument] = place;
  if (typeof type !== 'string' || !types.includes(type)) {
    throw wrongArgument([method, `${argument}.type`], `must be one of ${types.join(', ')}`, type);
  }
  if (options !== undefined) readObject(options, [method, `${argument}.options`]);
}
