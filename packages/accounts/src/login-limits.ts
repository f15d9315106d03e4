import {
  type Clock,
  type Connection,
  isListedAddress,
  type RateLimitStore,
  readAddressBlock,
  type Tenant,
  type User,
} from '@tessera/model';
import { readAttackProtection } from './attack-protection/settings.ts';
import { LIMITS } from './limits.ts';

/** A limit that an attempt has passed. */
export interface PassedLimit {
  readonly type: 'limit_wc' | 'limit_mu';
  readonly retryAfterSeconds: number;
  /** True for exactly one attempt of a window: that one is logged. */
  readonly isFirst: boolean;
  /** The address that may not go on; absent: none may, on this account. */
  readonly ip?: string;
}

/** Where an attempt comes from and whose account it tries. */
export interface LoginAttempt {
  readonly tenant: Tenant;
  readonly ip: string;
  readonly connection: Connection;
  /** What was typed, in lower case: counted for accounts that do not exist just as for others. */
  readonly identifier: string;
  readonly user: User | undefined;
}

/** Hears of a limit when it is passed, also where the tenant only wants to know and not to block. */
type Report = (passed: PassedLimit) => Promise<void>;

/**
 * Brute-force protection and suspicious IP throttling, as the tenant has set them. Every attempt is
 * counted before the password is looked at and taken back when it was right, so that any number of
 * concurrent attempts get no more guesses than one by one.
 */
export interface LoginLimits {
  /** Counts a login attempt of the address; returns the limit that it may not pass. */
  admitAddress(tenant: Tenant, ip: string, report?: Report): Promise<PassedLimit | undefined>;
  /** Counts an attempt on the account. */
  admitAccount(attempt: LoginAttempt, report?: Report): Promise<PassedLimit | undefined>;
  /** Counts a signup of the address, successful or not. */
  admitSignUp(tenant: Tenant, ip: string, report?: Report): Promise<PassedLimit | undefined>;
  /** Takes a right attempt back. */
  forgive(attempt: LoginAttempt): Promise<void>;
  /** Forgets all attempts on an account, from `ips` too. */
  forgiveUser(tenant: Tenant, user: User, ips: readonly string[]): Promise<void>;
  /** True when logins or signups of the address are refused. */
  isAddressBlocked(tenant: Tenant, ip: string): Promise<boolean>;
  forgiveAddress(tenant: Tenant, ip: string): Promise<void>;
}

export function createLoginLimits(rateLimits: RateLimitStore, clock: Clock): LoginLimits {
  return { ...addressLimits(rateLimits, clock), ...accountLimits(rateLimits, clock) };
}

type AddressStage = 'pre-login' | 'pre-user-registration';
const KEY_OF = { 'pre-login': 'login-address', 'pre-user-registration': 'signup' } as const;

/** One attempt is granted each `rate` milliseconds: that many fit into the window. */
function readStage(tenant: Tenant, stage: AddressStage, now: Date) {
  const settings = readAttackProtection(tenant, 'suspiciousIpThrottling');
  const { max_attempts: limit, rate } = settings.stage[stage];
  const windowSeconds = Math.max(1, Math.ceil((limit * rate) / 1000));
  // Windows begin at fixed times, so that both counters of one begin and end together.
  const window = Math.floor(now.getTime() / (windowSeconds * 1000));
  const key = (ip: string) =>
    `${KEY_OF[stage]}:${tenant.id}:${readAddressBlock(ip)}:${windowSeconds}:${window}`;
  return { settings, limit, windowSeconds, key };
}

function addressLimits(
  rateLimits: RateLimitStore,
  clock: Clock,
): Pick<LoginLimits, 'admitAddress' | 'admitSignUp' | 'isAddressBlocked' | 'forgiveAddress'> {
  /** A right login elsewhere does not clear the counter: an attacker has an account of their own. */
  const countFailures = async (key: string, count: number, limit: number) =>
    count <= limit ? 0 : count - (await rateLimits.count(`${key}:ok`));

  const admit = async (
    place: { readonly tenant: Tenant; readonly ip: string; readonly stage: AddressStage },
    report: Report | undefined,
  ): Promise<PassedLimit | undefined> => {
    const { tenant, ip, stage } = place;
    const { settings, limit, windowSeconds, key } = readStage(tenant, stage, clock.now());
    if (!settings.enabled || isListedAddress(settings.allowlist, ip)) return undefined;
    const { count, resetsInMs } = await rateLimits.consume(key(ip), windowSeconds);
    const failures = await countFailures(key(ip), count, limit);
    if (failures <= limit) return undefined;
    const isFirst = failures === limit + 1;
    const retryAfterSeconds = resetsInMs / 1000;
    const passed: PassedLimit = { type: 'limit_mu', retryAfterSeconds, isFirst, ip };
    if (isFirst) await report?.(passed);
    return settings.shields.includes('block') ? passed : undefined;
  };

  return {
    admitAddress: (tenant, ip, report) => admit({ tenant, ip, stage: 'pre-login' }, report),
    admitSignUp: (tenant, ip, report) =>
      admit({ tenant, ip, stage: 'pre-user-registration' }, report),
    async isAddressBlocked(tenant, ip) {
      for (const stage of ['pre-login', 'pre-user-registration'] as const) {
        const { settings, limit, key } = readStage(tenant, stage, clock.now());
        const isGuarded = settings.enabled && settings.shields.includes('block');
        if (!isGuarded || isListedAddress(settings.allowlist, ip)) continue;
        const count = await rateLimits.count(key(ip));
        if ((await countFailures(key(ip), count, limit)) > limit) return true;
      }
      return false;
    },
    async forgiveAddress(tenant, ip) {
      for (const stage of ['pre-login', 'pre-user-registration'] as const) {
        const { key } = readStage(tenant, stage, clock.now());
        await rateLimits.reset(key(ip));
        await rateLimits.reset(`${key(ip)}:ok`);
      }
    },
  };
}

function accountLimits(
  rateLimits: RateLimitStore,
  clock: Clock,
): Pick<LoginLimits, 'admitAccount' | 'forgive' | 'forgiveUser'> {
  return {
    async admitAccount(attempt, report) {
      const { tenant, ip } = attempt;
      const settings = readAttackProtection(tenant, 'bruteForceProtection');
      if (!settings.enabled || isListedAddress(settings.allowlist, ip)) return undefined;
      const passed = await judgeAccount(rateLimits, attempt, settings);
      if (passed?.isFirst) await report?.(passed);
      return settings.shields.includes('block') ? passed : undefined;
    },

    async forgive(attempt) {
      const { accountKey, pairKey } = accountKeys(attempt);
      await rateLimits.reset(pairKey);
      await rateLimits.reset(accountKey);
      const { key, windowSeconds } = readStage(attempt.tenant, 'pre-login', clock.now());
      await rateLimits.consume(`${key(attempt.ip)}:ok`, windowSeconds);
    },

    async forgiveUser(tenant, user, ips) {
      const key = userKey(tenant, user);
      await rateLimits.reset(key);
      for (const ip of ips) await rateLimits.reset(`${key}:${readAddressBlock(ip)}`);
    },
  };
}

async function judgeAccount(
  rateLimits: RateLimitStore,
  attempt: LoginAttempt,
  settings: { readonly mode: string; readonly max_attempts: number },
): Promise<PassedLimit | undefined> {
  const { accountKey, pairKey } = accountKeys(attempt);
  const limit = settings.max_attempts;
  const { ip } = attempt;
  const isByAddress = settings.mode === 'count_per_identifier_and_ip';
  if (isByAddress) {
    const pair = await rateLimits.consume(pairKey, LIMITS.accountWindowSeconds);
    if (pair.count > limit) {
      const isFirst = pair.count === limit + 1;
      return { type: 'limit_wc', retryAfterSeconds: pair.resetsInMs / 1000, isFirst, ip };
    }
  }
  const all = await rateLimits.consume(accountKey, LIMITS.accountWindowSeconds);
  const limitOfAll = isByAddress ? Math.max(LIMITS.failuresPerAccount, limit) : limit;
  if (all.count <= limitOfAll || (isByAddress && isOwnersAddress(attempt))) return undefined;
  const isFirst = all.count === limitOfAll + 1;
  return { type: 'limit_wc', retryAfterSeconds: all.resetsInMs / 1000, isFirst };
}

/** Strangers must not be able to lock people out of the place where they last logged in. */
function isOwnersAddress({ user, ip }: LoginAttempt): boolean {
  return user?.lastIp !== undefined && readAddressBlock(user.lastIp) === readAddressBlock(ip);
}

/** A new password begins new counters: whoever sets one is let in again. */
function userKey(tenant: Tenant, user: User): string {
  return `login-account:${tenant.id}:user:${user.userId}:${user.lastPasswordReset?.getTime() ?? 0}`;
}

function accountKeys(attempt: LoginAttempt): { accountKey: string; pairKey: string } {
  const { tenant, ip, connection, identifier, user } = attempt;
  const accountKey = user
    ? userKey(tenant, user)
    : `login-account:${tenant.id}:unknown:${connection.id}:${identifier}`;
  return { accountKey, pairKey: `${accountKey}:${readAddressBlock(ip)}` };
}
