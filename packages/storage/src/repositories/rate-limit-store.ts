import { createHash } from 'node:crypto';
import type { RateLimitStore } from '@tessera/model';
import type pg from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';

/** The limiter counts; callers decide what is too many. The column is a 32-bit integer. */
const UNLIMITED_POINTS = 2 ** 31 - 1;

/** Counters in the table `rate_limits`, shared by all replicas; expired ones are deleted every 5 minutes. */
export function createRateLimitStore(pool: pg.Pool): RateLimitStore {
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
    keyPrefix: '',
    points: UNLIMITED_POINTS,
    duration: 1,
  });

  return {
    consume: async (key, windowSeconds) => {
      const result = await limiter.consume(hashed(key), 1, { customDuration: windowSeconds });
      return { count: result.consumedPoints, resetsInMs: result.msBeforeNext };
    },
    count: async (key) => (await limiter.get(hashed(key)))?.consumedPoints ?? 0,
    reset: async (key) => {
      await limiter.delete(hashed(key));
    },
  };
}

/** Keys hold e-mail addresses and network addresses, which nobody should read here. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
