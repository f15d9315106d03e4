import type { AppError, JsonObject } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { ACCOUNT_LIMITS, createAccounts } from '../src/index.ts';
import {
  CHEAP,
  connectionWith,
  type OpenAccounts,
  openAccounts,
  PASSWORD,
} from './open-accounts.ts';

const EMAIL = 'ada@example.com';

async function openWithUser(name: string, options: JsonObject = {}) {
  const opened = await openAccounts(name);
  const connection = connectionWith(options);
  const { user } = await opened.accounts.createUser(opened.context, {
    connection,
    email: EMAIL,
    password: PASSWORD,
  });
  /** Ends of a login: the user's id, or the code of the refusal. */
  const tryLogIn = (password: string, attempt: { ip?: string; identifier?: string } = {}) =>
    opened.accounts
      .logIn(opened.contextFrom(attempt.ip ?? '192.0.2.1'), {
        connection,
        identifier: attempt.identifier ?? EMAIL,
        password,
      })
      .then(({ userId }) => userId)
      .catch((error: AppError) => error.code);
  return Object.assign(opened, { connection, user, tryLogIn });
}

describe('Accounts.logIn()', () => {
  test('counts the login of whoever knows the password', async () => {
    await using opened = await openWithUser('log_in');
    const { accounts, context, connection, clock } = opened;
    const input = { connection, identifier: ' ADA@example.com ', password: PASSWORD };
    await accounts.logIn(context, input);
    expect(await accounts.logIn(context, input)).toMatchObject({
      email: EMAIL,
      loginsCount: 2,
      lastIp: '192.0.2.1',
      lastLogin: clock.time,
    });
    expect(await opened.listLogs('s', 'f', 'fp', 'fu')).toEqual([]);
  });

  test('tells an unknown user and a wrong password apart in the log alone', async () => {
    await using opened = await openWithUser('log_in_wrong');
    const { accounts, context, connection, user } = opened;
    const wrong = { connection, identifier: EMAIL, password: 'guess' };
    const unknown = { ...wrong, identifier: 'nobody@example.com' };
    const refusal = { code: 'wrong_credentials', message: 'Wrong email or password.' };
    await expect(accounts.logIn(context, wrong)).rejects.toMatchObject(refusal);
    await expect(accounts.logIn(context, unknown)).rejects.toMatchObject(refusal);

    const details = { error: { message: 'Wrong email or password.' } };
    expect(await opened.listLogs('fp')).toMatchObject([
      { userId: user.userId, userName: EMAIL, details },
    ]);
    const [entry] = await opened.listLogs('fu');
    expect(entry).toMatchObject({ userName: 'nobody@example.com', connection: 'people' });
    expect(entry).not.toHaveProperty('userId');
  });

  test('takes as long for an unknown user as for a wrong password', async () => {
    await using opened = await openWithUser('log_in_time');
    const { services, contextFrom, connection, context } = opened;
    // A cost that outweighs everything else.
    const accounts = createAccounts({ ...services, argon2: { memoryKiB: 32_768, iterations: 3 } });
    await accounts.changePassword(context, opened.user.userId, 'Correct-horse-8');
    const measure = async (identifier: string, ip: string) => {
      const times: number[] = [];
      for (let n = 0; n < 5; n += 1) {
        const start = performance.now();
        const input = { connection, identifier, password: 'guess' };
        await accounts.logIn(contextFrom(ip), input).catch(() => undefined);
        times.push(performance.now() - start);
      }
      // The fastest is the one that the rest of the machine disturbed least.
      return Math.min(...times.slice(1));
    };
    const known = await measure(EMAIL, '192.0.2.10');
    const unknown = await measure('nobody@example.com', '192.0.2.11');
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  });

  test('takes no less time for a hash that was imported, however fast it is', async () => {
    await using opened = await openWithUser('log_in_time_imported');
    const { services, contextFrom, connection, context } = opened;
    const accounts = createAccounts({ ...services, argon2: { memoryKiB: 32_768, iterations: 3 } });
    const imported = { algorithm: 'md5', hash: { value: '0'.repeat(32) } };
    await opened.store.users.update(opened.user.userId, {
      passwordHash: `$imported$${Buffer.from(JSON.stringify(imported)).toString('base64url')}`,
    });
    const measure = async (identifier: string, ip: string) => {
      const times: number[] = [];
      for (let n = 0; n < 5; n += 1) {
        const start = performance.now();
        const input = { connection, identifier, password: 'guess' };
        await accounts.logIn({ ...context, ...contextFrom(ip) }, input).catch(() => undefined);
        times.push(performance.now() - start);
      }
      return Math.min(...times.slice(1));
    };
    const known = await measure(EMAIL, '192.0.2.10');
    const unknown = await measure('nobody@example.com', '192.0.2.11');
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  });

  test('refuses input that can be nobody’s like any other', async () => {
    await using opened = await openWithUser('log_in_odd');
    for (const identifier of [
      '',
      ' ',
      'a\0b@example.com',
      'x'.repeat(100_000),
      '\ud800@example.com',
    ]) {
      expect(await opened.tryLogIn(PASSWORD, { identifier })).toBe('wrong_credentials');
    }
    expect(await opened.tryLogIn('x'.repeat(ACCOUNT_LIMITS.passwordBytes + 1))).toBe(
      'wrong_credentials',
    );
    expect(await opened.tryLogIn('\0')).toBe('wrong_credentials');
    expect(await opened.tryLogIn('')).toBe('wrong_credentials');
  });

  test('tells only those who know the password that an account is blocked', async () => {
    await using opened = await openWithUser('log_in_blocked');
    await opened.accounts.updateUser(opened.context, opened.user.userId, { blocked: true });
    expect(await opened.tryLogIn('guess')).toBe('wrong_credentials');
    expect(await opened.tryLogIn(PASSWORD)).toBe('account_blocked');
    expect(await opened.listLogs('f')).toMatchObject([{ description: 'user is blocked' }]);
    expect(await opened.store.users.find(opened.user.userId)).toMatchObject({ loginsCount: 0 });
  });

  test('finds people by what the connection lets them log in with', async () => {
    await using opened = await openAccounts('log_in_identifiers');
    const { accounts, context } = opened;
    const attribute = (active: boolean) => ({
      identifier: { active },
      signup: { status: 'optional' },
    });
    const attributes = (email: boolean, username: boolean, phone: boolean) =>
      connectionWith({
        attributes: {
          email: attribute(email),
          username: attribute(username),
          phone_number: attribute(phone),
        },
      });
    const all = attributes(true, true, true);
    await accounts.createUser(context, {
      connection: all,
      email: EMAIL,
      username: 'Ada',
      phoneNumber: '+15550100',
      password: PASSWORD,
    });
    for (const identifier of [EMAIL, 'ada', 'ADA', '+15550100']) {
      const input = { connection: all, identifier, password: PASSWORD };
      expect(await accounts.logIn(context, input), identifier).toMatchObject({ email: EMAIL });
    }
    const onlyUsername = { connection: attributes(false, true, false), password: PASSWORD };
    await expect(accounts.logIn(context, { ...onlyUsername, identifier: EMAIL })).rejects.toThrow();
    expect(await accounts.logIn(context, { ...onlyUsername, identifier: 'ada' })).toBeTruthy();
  });

  test('keeps connections apart', async () => {
    await using opened = await openWithUser('log_in_connections');
    const other = connectionWith({}, 'others');
    await opened.store.connections.create(other);
    const input = { connection: other, identifier: EMAIL, password: PASSWORD };
    await expect(opened.accounts.logIn(opened.context, input)).rejects.toMatchObject({
      code: 'wrong_credentials',
    });
  });

  test('renews a hash of another cost, once', async () => {
    await using opened = await openWithUser('log_in_rehash');
    const { services, store, user, connection, context } = opened;
    const accounts = createAccounts({ ...services, argon2: { memoryKiB: 16, iterations: 2 } });
    const input = { connection, identifier: EMAIL, password: PASSWORD };
    expect(await accounts.logIn(context, input)).toMatchObject({ loginsCount: 1 });
    const renewed = await store.users.findPasswordHash(user.userId);
    expect(renewed).toContain('$m=16,t=2,p=1$');
    await accounts.logIn(context, input);
    expect(await store.users.findPasswordHash(user.userId)).toBe(renewed);
  });

  test('never brings an old password back by renewing its hash', async () => {
    await using opened = await openWithUser('log_in_rehash_race');
    const { services, store, user, connection, context } = opened;
    const accounts = createAccounts({ ...services, argon2: { memoryKiB: 16, iterations: 2 } });
    // The password changes after the old one was verified and before the login is recorded.
    const racing: typeof store = {
      ...store,
      transaction: async (work) => {
        await opened.accounts.changePassword(context, user.userId, 'Changed-horse-9');
        return store.transaction(work);
      },
    };
    const input = { connection, identifier: EMAIL, password: PASSWORD };
    await accounts.logIn({ ...context, store: racing }, input);
    await expect(accounts.logIn(context, input)).rejects.toMatchObject({
      code: 'wrong_credentials',
    });
    expect(await accounts.logIn(context, { ...input, password: 'Changed-horse-9' })).toMatchObject({
      userId: user.userId,
    });
  });

  test('accepts a password however its letters are composed', async () => {
    await using opened = await openWithUser('log_in_unicode');
    await opened.accounts.changePassword(opened.context, opened.user.userId, 'Ca\u0301ndido-1');
    expect(await opened.tryLogIn('C\u00e1ndido-1')).toBe(opened.user.userId);
  });
});

describe('Accounts.logIn() against guessing', () => {
  const { failuresPerAccountAndAddress: pairLimit, failuresPerAddress } = ACCOUNT_LIMITS;

  test('lets one address guess ten times at an account, also all at once', async () => {
    await using opened = await openWithUser('guess_pair');
    const codes = await Promise.all(Array.from({ length: 30 }, () => opened.tryLogIn('guess')));
    expect(codes.filter((code) => code === 'wrong_credentials')).toHaveLength(pairLimit);
    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(30 - pairLimit);
    expect(await opened.listLogs('fp')).toHaveLength(pairLimit);
    expect(await opened.listLogs('limit_wc')).toHaveLength(1);

    expect(await opened.tryLogIn(PASSWORD)).toBe('too_many_attempts');
    expect(await opened.tryLogIn(PASSWORD, { ip: '192.0.2.2' })).toBe(opened.user.userId);
  });

  test('blocks guesses at accounts that do not exist just the same', async () => {
    await using opened = await openWithUser('guess_unknown');
    const identifier = 'nobody@example.com';
    const codes: string[] = [];
    for (let n = 0; n <= pairLimit; n += 1) {
      const spelling = n % 2 === 0 ? identifier : identifier.toUpperCase();
      codes.push(await opened.tryLogIn('guess', { identifier: spelling }));
    }
    expect(codes.at(-2)).toBe('wrong_credentials');
    expect(codes.at(-1)).toBe('too_many_attempts');
  });

  test('counts the addresses of one IPv6 network as one', async () => {
    await using opened = await openWithUser('guess_ipv6');
    const codes: string[] = [];
    for (let n = 0; n <= pairLimit; n += 1) {
      codes.push(await opened.tryLogIn('guess', { ip: `2001:db8:0:1::${n}` }));
    }
    expect(codes.at(-1)).toBe('too_many_attempts');
    expect(await opened.tryLogIn('guess', { ip: '2001:0db8:0:1:ffff::1' })).toBe(
      'too_many_attempts',
    );
    expect(await opened.tryLogIn('guess', { ip: '2001:db8:0:2::1' })).toBe('wrong_credentials');
  });

  test('forgets failures when the password was right', async () => {
    await using opened = await openWithUser('guess_reset');
    for (let round = 0; round < 3; round += 1) {
      for (let n = 1; n < pairLimit; n += 1) await opened.tryLogIn('guess');
      expect(await opened.tryLogIn(PASSWORD)).toBe(opened.user.userId);
    }
  });

  test('lets people in again who set a new password', async () => {
    await using opened = await openWithUser('guess_new_password');
    for (let n = 0; n <= pairLimit; n += 1) await opened.tryLogIn('guess');
    await opened.accounts.changePassword(opened.context, opened.user.userId, 'Correct-horse-8');
    expect(await opened.tryLogIn('Correct-horse-8')).toBe(opened.user.userId);
  });

  test('limits guesses at one account from everywhere, but for its owner’s address', async () => {
    await using opened = await openWithUser('guess_account');
    expect(await opened.tryLogIn(PASSWORD, { ip: '203.0.113.9' })).toBe(opened.user.userId);
    await guessFromEverywhere(opened);
    expect(await opened.tryLogIn('guess', { ip: '198.51.100.200' })).toBe('too_many_attempts');
    expect(await opened.listLogs('limit_wc')).toHaveLength(1);
    expect(await opened.tryLogIn(PASSWORD, { ip: '203.0.113.9' })).toBe(opened.user.userId);
  });

  async function guessFromEverywhere(opened: Awaited<ReturnType<typeof openWithUser>>) {
    for (let n = 0; n < ACCOUNT_LIMITS.failuresPerAccount; n += 1) {
      await opened.tryLogIn('guess', { ip: `198.51.100.${n}` });
    }
  }

  test('switches the limits per account off with brute_force_protection', async () => {
    await using opened = await openWithUser('guess_off', { brute_force_protection: false });
    for (let n = 0; n <= pairLimit; n += 1) await opened.tryLogIn('guess');
    expect(await opened.tryLogIn(PASSWORD)).toBe(opened.user.userId);
  });

  test('limits the failures of one address over all accounts, right logins aside', async () => {
    await using opened = await openWithUser('guess_address');
    const guessAt = (n: number) => opened.tryLogIn('guess', { identifier: `user${n}@example.com` });
    for (let n = 0; n < 20; n += 1) await opened.tryLogIn(PASSWORD);
    for (let n = 0; n < failuresPerAddress; n += 1)
      expect(await guessAt(n)).toBe('wrong_credentials');

    const codes = await Promise.all(Array.from({ length: 5 }, (_, n) => guessAt(1000 + n)));
    expect(codes).toEqual(Array(5).fill('too_many_attempts'));
    expect(await opened.tryLogIn(PASSWORD)).toBe('too_many_attempts');
    expect(await opened.listLogs('limit_mu')).toHaveLength(1);
    expect(await opened.tryLogIn(PASSWORD, { ip: '192.0.2.2' })).toBe(opened.user.userId);

    opened.clock.time = new Date('2026-11-22T10:00:00.000Z');
    expect(await opened.tryLogIn(PASSWORD)).toBe(opened.user.userId);
  });

  test('keeps the counters of tenants apart', async () => {
    await using opened: OpenAccounts = await openWithUser('guess_tenants');
    const { connection } = opened;
    const other = { ...opened.context, tenant: { ...opened.tenant, id: 'another' } };
    const input = { connection, identifier: EMAIL, password: 'guess' };
    for (let n = 0; n <= pairLimit; n += 1)
      await opened.accounts.logIn(other, input).catch(() => undefined);
    await expect(opened.accounts.logIn(opened.context, input)).rejects.toMatchObject({
      code: 'wrong_credentials',
    });
  });

  test('says when it is worth coming back', async () => {
    await using opened = await openWithUser('guess_retry');
    for (let n = 0; n < pairLimit; n += 1) await opened.tryLogIn('guess');
    const input = { connection: opened.connection, identifier: EMAIL, password: 'guess' };
    await expect(opened.accounts.logIn(opened.context, input)).rejects.toMatchObject({
      code: 'too_many_attempts',
      retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds > 3500 && seconds <= 3600),
    });
  });
});

test('createAccounts() bounds the hashes that wait', async () => {
  await using opened = await openAccounts('hash_queue');
  // Nothing but hashing takes time here, so that all attempts meet in the queue.
  const rateLimits = {
    consume: async () => ({ count: 1, resetsInMs: 1000 }),
    count: async () => 0,
    reset: async () => undefined,
  };
  const { users, logs } = opened.store;
  const store = {
    ...opened.store,
    users: {
      ...users,
      findByIdentifier: async () => undefined,
      findPasswordHash: async () => undefined,
    },
    logs: { ...logs, append: async () => [] },
  };
  const accounts = createAccounts({ ...opened.services, rateLimits, argon2: CHEAP });
  const { connection } = opened;
  const room = ACCOUNT_LIMITS.concurrentHashes + ACCOUNT_LIMITS.waitingHashes;
  const codes = await Promise.all(
    Array.from({ length: room + 50 }, () =>
      accounts
        .logIn({ ...opened.context, store }, { connection, identifier: 'a', password: 'guess' })
        .then(() => 'in')
        .catch((error: AppError) => error.code),
    ),
  );
  expect(codes.filter((code) => code === 'wrong_credentials')).toHaveLength(room);
  expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(50);
});
