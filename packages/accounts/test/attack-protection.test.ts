import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttackProtection, Connection } from '@tessera/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AccountContext,
  createAccounts,
  LeakedPasswordError,
  openBreachedPasswords,
  readAttackProtection,
  TooManyAttemptsError,
} from '../src/index.ts';
import {
  CHEAP,
  connectionWith,
  type OpenAccounts,
  openAccounts,
  PASSWORD,
  silentLogger,
} from './open-accounts.ts';

const LEAKED = 'Password-known-1';

let folder: string;
let opened: OpenAccounts;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-breached-'));
  const sha1 = createHash('sha1').update(LEAKED).digest('hex').toUpperCase();
  const padding = createHash('sha1').update('Padding-horse-1').digest('hex').toUpperCase();
  const other = `${'0'.repeat(35)}:7`;
  await writeFile(join(folder, `${sha1.slice(0, 5)}.txt`), `${other}\r\n${sha1.slice(5)}:42\r\n`);
  await writeFile(join(folder, `${padding.slice(0, 5)}.txt`), `${padding.slice(5)}:0\r\n`);
  opened = await openAccounts('attack-protection');
  // Tickets end by the database's clock.
  opened.clock.time = new Date();
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

let next = 0;
/** A person, and the services of a tenant that is protected in this way. */
async function protect(attackProtection: AttackProtection, options: Connection['options'] = {}) {
  next += 1;
  const tenant = { ...opened.tenant, settings: { ...opened.tenant.settings, attackProtection } };
  const breachedPasswords = openBreachedPasswords(folder, silentLogger);
  const accounts = createAccounts({ ...opened.services, breachedPasswords, argon2: CHEAP });
  const connection = connectionWith(options, `protected-${next}`);
  await opened.store.connections.create(connection);
  const contextFrom = (ip: string): AccountContext => ({ ...opened.contextFrom(ip), tenant });
  const context = contextFrom(`198.51.100.${next}`);
  const email = `person-${next}@example.com`;
  const { user } = await accounts.createUser(context, { connection, email, password: PASSWORD });
  opened.messages.emails.length = 0;
  const logIn = (password: string, ip = context.request.ip) =>
    accounts.logIn(contextFrom(ip), { connection, identifier: email, password }).then(
      () => 'in',
      (error: Error) => error.constructor.name,
    );
  return { accounts, connection, context, contextFrom, email, user, logIn };
}

const guess = async (times: number, attempt: () => Promise<unknown>) => {
  for (let n = 0; n < times; n += 1) await attempt();
};

describe('brute-force protection', () => {
  test('lets an address guess as often as the tenant says', async () => {
    const { logIn } = await protect({ bruteForceProtection: { max_attempts: 3 } });
    await guess(3, () => logIn('wrong'));
    expect(await logIn(PASSWORD)).toBe(TooManyAttemptsError.name);
    expect(await logIn(PASSWORD, '203.0.113.200')).toBe('in');
  });

  test('counts all addresses together where the account is to be locked', async () => {
    const { logIn } = await protect({
      bruteForceProtection: { max_attempts: 3, mode: 'count_per_identifier' },
    });
    for (const address of [1, 2, 3]) await logIn('wrong', `203.0.113.${address}`);
    expect(await logIn(PASSWORD, '203.0.113.99')).toBe(TooManyAttemptsError.name);
  });

  test('leaves addresses of the allowlist alone', async () => {
    const { logIn, context } = await protect({
      bruteForceProtection: { max_attempts: 1, allowlist: ['198.51.100.0/24'] },
    });
    expect(context.request.ip).toMatch(/^198\.51\.100\./);
    await guess(5, () => logIn('wrong'));
    expect(await logIn(PASSWORD)).toBe('in');
  });

  test('only tells where it is not to block, and does nothing when it is off', async () => {
    const told = await protect({ bruteForceProtection: { max_attempts: 1, shields: [] } });
    await guess(3, () => told.logIn('wrong'));
    expect(await told.logIn(PASSWORD)).toBe('in');
    const entries = (await opened.listLogs('limit_wc')).filter(
      ({ userId }) => userId === told.user.userId,
    );
    expect(entries).toHaveLength(1);
    const off = await protect({ bruteForceProtection: { max_attempts: 1, enabled: false } });
    await guess(3, () => off.logIn('wrong'));
    expect(await off.logIn(PASSWORD)).toBe('in');
  });

  test('mails the person once, with a link that lifts the block once', async () => {
    const { logIn, accounts, context, email, user } = await protect({
      bruteForceProtection: { max_attempts: 2 },
    });
    await guess(6, () => logIn('wrong'));
    const mails = opened.messages.emails.filter(({ to }) => to === email);
    expect(mails.map(({ template }) => template)).toEqual(['blocked_account']);
    expect(await accounts.loginBlocks.list(context, user)).toEqual([
      { identifier: email, ip: context.request.ip, connection: expect.any(String) },
    ]);
    const ticket = new URL(String(mails[0]?.variables.url)).searchParams.get('ticket') ?? '';
    // A look at the link, as mail programs take one, lifts nothing.
    expect(await accounts.loginBlocks.isGood(context, ticket)).toBe(true);
    expect(await logIn(PASSWORD)).toBe(TooManyAttemptsError.name);
    expect(await accounts.loginBlocks.liftWithTicket(context, ticket)).toBe(true);
    expect(await accounts.loginBlocks.liftWithTicket(context, ticket)).toBe(false);
    expect(await logIn(PASSWORD)).toBe('in');
    expect(await accounts.loginBlocks.list(context, user)).toEqual([]);
  });

  test('sends nothing about accounts that do not exist', async () => {
    const { accounts, connection, context } = await protect({
      bruteForceProtection: { max_attempts: 1 },
    });
    const input = { connection, identifier: 'nobody@example.com', password: 'x' };
    await guess(4, () => accounts.logIn(context, input).catch(() => undefined));
    expect(opened.messages.emails).toHaveLength(0);
  });

  test('takes no link for another one', async () => {
    const { accounts, context } = await protect({});
    for (const ticket of ['', 'x', 'a'.repeat(40)]) {
      expect(await accounts.loginBlocks.liftWithTicket(context, ticket)).toBe(false);
    }
  });
});

describe('suspicious IP throttling', () => {
  const slow = (maxAttempts: number): AttackProtection => ({
    suspiciousIpThrottling: {
      stage: {
        'pre-login': { max_attempts: maxAttempts, rate: 864_000 },
        'pre-user-registration': { max_attempts: maxAttempts, rate: 864_000 },
      },
    },
  });
  const tryAccounts = async (
    { accounts, connection, contextFrom }: Awaited<ReturnType<typeof protect>>,
    times: number,
    ip: string,
  ) => {
    let n = 0;
    await guess(times, () => {
      n += 1;
      const input = { connection, identifier: `stuffed-${n}@example.com`, password: 'x' };
      return accounts.logIn(contextFrom(ip), input).catch(() => undefined);
    });
  };

  test('refuses an address that tries many accounts, until it is unblocked', async () => {
    const person = await protect(slow(4));
    const ip = '203.0.113.50';
    await tryAccounts(person, 5, ip);
    expect(await person.logIn(PASSWORD, ip)).toBe(TooManyAttemptsError.name);
    const { loginBlocks } = person.accounts;
    expect(await loginBlocks.isAddressBlocked(person.context, ip)).toBe(true);
    await loginBlocks.unblockAddress(person.context, ip);
    expect(await loginBlocks.isAddressBlocked(person.context, ip)).toBe(false);
    expect(await person.logIn(PASSWORD, ip)).toBe('in');
  });

  test('limits signups of one address as the tenant says', async () => {
    const { accounts, connection, contextFrom } = await protect(slow(2));
    const signUp = (n: number) =>
      accounts
        .signUp(contextFrom('203.0.113.60'), {
          ...{ connection, email: `fresh-${next}-${n}@example.com`, password: PASSWORD },
        })
        .then(
          () => 'in',
          (error: Error) => error.constructor.name,
        );
    expect([await signUp(1), await signUp(2), await signUp(3)]).toEqual([
      'in',
      'in',
      TooManyAttemptsError.name,
    ]);
  });

  test('leaves addresses of the allowlist alone', async () => {
    const { suspiciousIpThrottling } = slow(1);
    const person = await protect({
      suspiciousIpThrottling: { ...suspiciousIpThrottling, allowlist: ['2001:db8::/32'] },
    });
    await tryAccounts(person, 4, '2001:db8::7');
    expect(await person.logIn(PASSWORD, '2001:db8::7')).toBe('in');
  });
});

describe('breached passwords', () => {
  const BLOCK: AttackProtection = {
    breachedPasswordDetection: {
      enabled: true,
      shields: ['block', 'user_notification'],
      stage: {
        'pre-user-registration': { shields: ['block'] },
        'pre-change-password': { shields: ['block'] },
      },
    },
  };

  test('are refused at signup', async () => {
    const { accounts, connection, context } = await protect(BLOCK);
    const email = `leaked-${next}@example.com`;
    const signUp = accounts.signUp(context, { connection, email, password: LEAKED });
    await expect(signUp).rejects.toThrow(LeakedPasswordError);
    expect(await opened.store.users.findByIdentifier(connection.name, { email })).toBeUndefined();
    const [entry] = await opened.listLogs('signup_pwd_leak');
    expect(entry).toMatchObject({ userName: email, details: { blocked: true } });
    expect(JSON.stringify(entry)).not.toContain(LEAKED);
  });

  test('are refused as new passwords', async () => {
    const { accounts, context, user, logIn } = await protect(BLOCK);
    const change = accounts.changePassword(context, user.userId, LEAKED);
    await expect(change).rejects.toMatchObject({ code: 'password_leaked' });
    expect(await logIn(PASSWORD)).toBe('in');
    expect((await opened.listLogs('reset_pwd_leak')).map(({ userId }) => userId)).toContain(
      user.userId,
    );
  });

  test('open no account, and the person is mailed a way to a new one once', async () => {
    const { accounts, context, user, email } = await protect({});
    await accounts.changePassword(context, user.userId, LEAKED);
    const guarded = await protect(BLOCK);
    const tenant = guarded.context.tenant;
    const connection = (await opened.store.connections.findByName(
      user.identities[0]?.connection ?? '',
    )) as Connection;
    const logIn = () =>
      guarded.accounts.logIn(
        { ...context, tenant },
        { connection, identifier: email, password: LEAKED },
      );
    await expect(logIn()).rejects.toThrow(LeakedPasswordError);
    await expect(logIn()).rejects.toThrow(LeakedPasswordError);
    const mails = opened.messages.emails.filter(({ to }) => to === email);
    expect(mails.map(({ template }) => template)).toEqual(['stolen_credentials']);
    expect(String(mails[0]?.variables.url)).toContain('/u/reset-verify?ticket=');
    const entries = (await opened.listLogs('pwd_leak')).filter((one) => one.userId === user.userId);
    expect(entries).toHaveLength(2);
  });

  test('are nobody’s business where the tenant has not switched it on', async () => {
    const { accounts, context, user, logIn } = await protect({});
    await accounts.changePassword(context, user.userId, LEAKED);
    expect(await logIn(LEAKED)).toBe('in');
  });

  test('padding of a range file is no breach', async () => {
    const breached = openBreachedPasswords(folder, silentLogger);
    expect(await breached.has('Padding-horse-1')).toBe(false);
    expect(await breached.has(LEAKED)).toBe(true);
    expect(await breached.has('Nobody-has-this-1')).toBe(false);
  });

  test('a folder that cannot be read refuses instead of letting pass', async () => {
    const sha1 = createHash('sha1').update('Unreadable-1').digest('hex').toUpperCase();
    // A path that goes through a file: neither there nor absent.
    const broken = openBreachedPasswords(join(folder, `${sha1.slice(0, 5)}.txt`), silentLogger);
    await writeFile(join(folder, `${sha1.slice(0, 5)}.txt`), '');
    await expect(broken.has('Unreadable-1')).rejects.toMatchObject({
      code: 'database_unavailable',
    });
  });
});

describe('password history', () => {
  const HISTORY = { password_history: { enable: true, size: 3 } };

  test('refuses the present password and the former ones, up to its size', async () => {
    const { accounts, context, user } = await protect({}, HISTORY);
    const change = (password: string) => accounts.changePassword(context, user.userId, password);
    await expect(change(PASSWORD)).rejects.toMatchObject({ code: 'password_too_weak' });
    await change('Second-horse-2');
    await expect(change(PASSWORD)).rejects.toMatchObject({
      code: 'password_too_weak',
      rules: [{ code: 'notUsedBefore', format: [3], isMet: false }],
      wire: { name: 'PasswordHistoryError', text: 'Password has previously been used' },
    });
    await change('Third-horse-3');
    await change('Fourth-horse-4');
    // Three are remembered: the present one and two before it.
    await change(PASSWORD);
    expect(await opened.store.passwordHistory.list(user.userId, 24)).toHaveLength(2);
  });

  test('is empty where the connection does not ask for it', async () => {
    const { accounts, context, user } = await protect({});
    await accounts.changePassword(context, user.userId, 'Second-horse-2');
    await accounts.changePassword(context, user.userId, PASSWORD);
    expect(await opened.store.passwordHistory.list(user.userId, 24)).toEqual([]);
  });
});

describe('readAttackProtection()', () => {
  test('refuses to guess at settings that cannot be read', () => {
    const attackProtection = { bruteForceProtection: { enabled: 'no' } };
    const tenant = { ...opened.tenant, settings: { ...opened.tenant.settings, attackProtection } };
    expect(() => readAttackProtection(tenant, 'bruteForceProtection')).toThrow('not valid');
  });
});
