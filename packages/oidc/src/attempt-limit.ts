import { readAddressBlock } from '@tessera/model';
import type { IssuerScope } from './provider/issuer-scope.ts';

/** What is counted, and how much of it is too much. */
export interface AttemptLimit {
  /** Names the counter. */
  readonly purpose: string;
  /** Failures of one address in a window; one more is refused. */
  readonly maxFailures: number;
  readonly windowSeconds: number;
}

/** An attempt that was counted before it was made. */
export interface CountedAttempt {
  /** The address has failed too often; when it is worth trying again. */
  readonly retryAfterSeconds?: number;
  /** It is the first one too many in its window; without forgiven ones there is one such. */
  readonly isFirstRefused: boolean;
  /** It did not fail after all. */
  forgive(): Promise<void>;
}

/**
 * Counts an attempt of an address before it is made, so that any number of concurrent ones get no more
 * tries than one by one.
 */
export async function countAttempt(
  { rateLimits, clock, tenantId }: IssuerScope,
  ip: string,
  { purpose, maxFailures, windowSeconds }: AttemptLimit,
): Promise<CountedAttempt> {
  // Both counters of a window begin and end together.
  const window = Math.floor(clock.now().getTime() / (windowSeconds * 1000));
  const key = `${purpose}:${tenantId}:${readAddressBlock(ip)}:${window}`;
  const { count, resetsInMs } = await rateLimits.consume(key, windowSeconds);
  const failures = count <= maxFailures ? 0 : count - (await rateLimits.count(`${key}:ok`));
  return {
    isFirstRefused: failures === maxFailures + 1,
    ...(failures > maxFailures
      ? { retryAfterSeconds: Math.max(1, Math.ceil(resetsInMs / 1000)) }
      : {}),
    async forgive() {
      await rateLimits.consume(`${key}:ok`, windowSeconds);
    },
  };
}
