import type { RefreshTokenPolicy } from '@tessera/model';

/** What "does not expire" means: 50 years still fit a 32-bit number of seconds. */
export const NEVER_SECONDS = 50 * 31_557_600;

/**
 * How long a refresh token lasts from now on without another use, s. The idle lifetime counts from now,
 * the absolute one from the first token of the login; whichever ends first.
 */
export function refreshTokenSeconds(
  { expirationType, lifetimeSeconds, idleLifetimeSeconds }: RefreshTokenPolicy,
  ageSeconds: number,
): number {
  if (expirationType === 'non-expiring') return NEVER_SECONDS - ageSeconds;
  return Math.min(idleLifetimeSeconds, lifetimeSeconds - ageSeconds);
}
