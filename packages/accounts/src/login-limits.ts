import type { Clock, Connection, RateLimitStore, User } from '@tessera/model';
import { readAddressBlock } from './address-block.ts';
import { LIMITS } from './limits.ts';

/** A limit that an attempt has passed. */
export interface PassedLimit {
  readonly type: 'limit_wc' | 'limit_mu';
  readonly retryAfterSeconds: number;
  /** True for exactly one attempt of a window: that one is logged. */
  readonly isFirst: boolean;
}

/** Where an attempt comes from and whose account it tries. */
export interface LoginAttempt {
  readonly tenantId: string;
  readonly ip: string;
  readonly connection: Connection;
  /** What was typed, in lower case: counted for accounts that do not exist just as for others. */
  readonly identifier: string;
  readonly user: User | undefined;
}

/**
 * Brute-force counters. Every attempt is counted before the password is looked at and taken back
 * when it was right, so that any number of concurrent attempts get no more guesses than one by one.
 */
export interface LoginLimits {
  /** Counts an attempt of the address. */
  admitAddress(tenantId: string, ip: string): Promise<PassedLimit | undefined>;
  /** Counts an attempt on the account. */
  admitAccount(attempt: LoginAttempt): Promise<PassedLimit | undefined>;
  /** Takes a right attempt back. */
  forgive(attempt: LoginAttempt): Promise<void>;
}

export function createLoginLimits(rateLimits: RateLimitStore, clock: Clock): LoginLimits {
  // Windows of addresses are calendar days, so that both counters of a day begin and end together.
  const addressKey = (tenantId: string, ip: string) => {
    const window = Math.floor(clock.now().getTime() / (LIMITS.addressWindowSeconds * 1000));
    return `login-address:${tenantId}:${readAddressBlock(ip)}:${window}`;
  };
  return {
    async admitAddress(tenantId, ip) {
      const key = addressKey(tenantId, ip);
      const { count, resetsInMs } = await rateLimits.consume(key, LIMITS.addressWindowSeconds);
      // A right login elsewhere does not clear the counter: an attacker has an account of their own.
      const failures =
        count <= LIMITS.failuresPerAddress ? 0 : count - (await rateLimits.count(`${key}:ok`));
      if (failures <= LIMITS.failuresPerAddress) return undefined;
      const isFirst = failures === LIMITS.failuresPerAddress + 1;
      return { type: 'limit_mu', retryAfterSeconds: resetsInMs / 1000, isFirst };
    },

    async admitAccount(attempt) {
      const { accountKey, pairKey } = accountKeys(attempt);
      const pair = await rateLimits.consume(pairKey, LIMITS.accountWindowSeconds);
      if (pair.count > LIMITS.failuresPerAccountAndAddress) {
        const isFirst = pair.count === LIMITS.failuresPerAccountAndAddress + 1;
        return { type: 'limit_wc', retryAfterSeconds: pair.resetsInMs / 1000, isFirst };
      }
      const all = await rateLimits.consume(accountKey, LIMITS.accountWindowSeconds);
      if (all.count <= LIMITS.failuresPerAccount || isOwnersAddress(attempt)) return undefined;
      const isFirst = all.count === LIMITS.failuresPerAccount + 1;
      return { type: 'limit_wc', retryAfterSeconds: all.resetsInMs / 1000, isFirst };
    },

    async forgive(attempt) {
      const { accountKey, pairKey } = accountKeys(attempt);
      await rateLimits.reset(pairKey);
      await rateLimits.reset(accountKey);
      const key = `${addressKey(attempt.tenantId, attempt.ip)}:ok`;
      await rateLimits.consume(key, LIMITS.addressWindowSeconds);
    },
  };
}

/** Strangers must not be able to lock people out of the place where they last logged in. */
function isOwnersAddress({ user, ip }: LoginAttempt): boolean {
  return user?.lastIp !== undefined && readAddressBlock(user.lastIp) === readAddressBlock(ip);
}

/** A new password begins new counters: whoever sets one is let in again. */
function accountKeys(attempt: LoginAttempt): { accountKey: string; pairKey: string } {
  const { tenantId, ip, connection, identifier, user } = attempt;
  const account = user
    ? `user:${user.userId}:${user.lastPasswordReset?.getTime() ?? 0}`
    : `unknown:${connection.id}:${identifier}`;
  const accountKey = `login-account:${tenantId}:${account}`;
  return { accountKey, pairKey: `${accountKey}:${readAddressBlock(ip)}` };
}
