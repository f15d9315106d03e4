import { AppError, type MultifactorContext, type User } from '@tessera/model';
import { TooManyAttemptsError } from '../account-errors.ts';
import { MULTIFACTOR_LIMITS } from './multifactor-limits.ts';
import { logFactor } from './multifactor-log.ts';
import type { MultifactorOptions } from './multifactor-services.ts';

const proofKey = (context: MultifactorContext, user: User) =>
  `mfa-proof:${context.tenant.id}:${user.userId}`;

/**
 * Counts a proof before it is looked at, so that any number of concurrent guesses get no more tries than
 * one by one. Returns the seconds to wait when there were too many.
 */
export async function admitProof(
  { rateLimits, clock }: MultifactorOptions,
  context: MultifactorContext,
  user: User,
): Promise<number | undefined> {
  const { wrongProofsPerUser, wrongProofWindowSeconds } = MULTIFACTOR_LIMITS;
  const { count, resetsInMs } = await rateLimits.consume(
    proofKey(context, user),
    wrongProofWindowSeconds,
  );
  if (count <= wrongProofsPerUser) return undefined;
  if (count === wrongProofsPerUser + 1) {
    await logFactor(context, 'gd_otp_rate_limit_exceed', { at: clock.now(), user });
  }
  return Math.max(1, Math.ceil(resetsInMs / 1000));
}

/** A right proof: whoever holds the factor begins anew. */
export async function forgiveProofs(
  { rateLimits }: MultifactorOptions,
  context: MultifactorContext,
  user: User,
): Promise<void> {
  await rateLimits.reset(proofKey(context, user));
}

/** Counts a message to the user. Rejects with `too_many_attempts`. */
export async function admitMessage(
  { rateLimits }: MultifactorOptions,
  context: MultifactorContext,
  user: User,
): Promise<void> {
  const { messagesPerUser, messageWindowSeconds } = MULTIFACTOR_LIMITS;
  const key = `mfa-message:${context.tenant.id}:${user.userId}`;
  const { count, resetsInMs } = await rateLimits.consume(key, messageWindowSeconds);
  if (count > messagesPerUser) {
    throw new TooManyAttemptsError(
      'Too many messages were sent. Please wait a while and try again.',
      resetsInMs / 1000,
    );
  }
}

/** The user has no factor like the one that was named. */
export const noSuchFactor = () => new AppError('not_found', 'There is no such second factor.');
