import { describe, expect, test } from 'vitest';
import { AccountInputError, type UpdateUserInput } from '../src/index.ts';
import { openAccounts, PASSWORD } from './open-accounts.ts';

async function openWithUser(name: string) {
  const opened = await openAccounts(name);
  const { user } = await opened.accounts.createUser(opened.context, {
    connection: opened.connection,
    email: 'ada@example.com',
    emailVerified: true,
    password: PASSWORD,
    userMetadata: { plan: 'gold', size: 1 },
  });
  const token = { accountId: user.userId, jti: 'x' };
  await opened.store.oidcModels.upsert('Session', 'session-1', token, 3600);
  const hasSession = async () =>
    (await opened.store.oidcModels.find('Session', 'session-1')) !== undefined;
  return Object.assign(opened, { user, hasSession });
}

type OpenWithUser = Awaited<ReturnType<typeof openWithUser>>;

describe('Accounts.updateUser()', () => {
  test('changes and removes members, merges metadata', async () => {
    await using opened = await openWithUser('update');
    const { accounts, context, user } = opened;
    const updated = await accounts.updateUser(context, user.userId, {
      givenName: 'Ada',
      nickname: null,
      userMetadata: { size: null, new: [1] },
      appMetadata: { role: 'admin' },
    });
    expect(updated).toMatchObject({
      givenName: 'Ada',
      emailVerified: true,
      userMetadata: { plan: 'gold', new: [1] },
      appMetadata: { role: 'admin' },
    });
    expect(updated.nickname).toBeUndefined();
    expect(updated.userMetadata).not.toHaveProperty('size');
    expect(await opened.hasSession()).toBe(true);
  });

  test('does not take a new address for verified', async () => {
    await using opened = await openWithUser('update_email');
    const { accounts, context, user } = opened;
    const change = (input: UpdateUserInput) => accounts.updateUser(context, user.userId, input);
    expect(await change({ email: 'ADA@example.com' })).toMatchObject({ emailVerified: true });
    expect(await change({ email: 'Lovelace@example.com' })).toMatchObject({
      email: 'lovelace@example.com',
      emailVerified: false,
    });
    expect(await change({ email: 'a@example.com', emailVerified: true })).toMatchObject({
      emailVerified: true,
    });
  });

  test('refuses an address that is taken', async () => {
    await using opened = await openWithUser('update_taken');
    const { accounts, context, connection, user } = opened;
    await accounts.createUser(context, { connection, email: 'b@example.com', password: PASSWORD });
    await expect(
      accounts.updateUser(context, user.userId, { email: 'B@example.com' }),
    ).rejects.toMatchObject({ code: 'user_exists' });
  });

  const bad: [name: string, input: UpdateUserInput, message: RegExp][] = [
    ['a bad address', { email: 'ada' }, /valid e-mail/],
    ['the last identifier gone', { email: null }, /needs an email/],
    ['a bad picture', { picture: 'data:text/html,x' }, /http\(s\)/],
    ['metadata with NUL', { appMetadata: { 'a\0': 1 } }, /NUL/],
    [
      'password and address at once',
      { password: 'x', email: 'b@example.com' },
      /password and email s/,
    ],
    [
      'password and verification',
      { password: 'x', emailVerified: true },
      /password and email_verified/,
    ],
    ['username and address', { username: 'ada', email: 'b@example.com' }, /username and email s/],
  ];
  test.for(bad)('refuses %s', async ([, input, message]) => {
    await using opened = await openWithUser('update_bad');
    const { accounts, context, user, store } = opened;
    await expect(accounts.updateUser(context, user.userId, input)).rejects.toMatchObject({
      code: 'invalid_body',
      message: expect.stringMatching(message),
    });
    expect(await store.users.find(user.userId)).toEqual(user);
  });

  test('ends the sessions of a user who is blocked', async () => {
    await using opened = await openWithUser('update_block');
    await opened.accounts.updateUser(opened.context, opened.user.userId, { blocked: true });
    expect(await opened.hasSession()).toBe(false);
  });

  test('refuses users that are not there', async () => {
    await using opened = await openWithUser('update_none');
    await expect(
      opened.accounts.updateUser(opened.context, 'auth0|none', { name: 'x' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('Accounts.changePassword()', () => {
  test('sets the password, ends sessions and logs scp', async () => {
    await using opened = await openWithUser('password');
    const { accounts, context, connection, user, clock } = opened;
    const changed = await accounts.changePassword(context, user.userId, 'Changed-horse-9');
    expect(changed.lastPasswordReset).toEqual(clock.time);
    expect(await opened.hasSession()).toBe(false);
    const logIn = (password: string) =>
      accounts.logIn(context, { connection, identifier: 'ada@example.com', password });
    await expect(logIn(PASSWORD)).rejects.toMatchObject({ code: 'wrong_credentials' });
    expect(await logIn('Changed-horse-9')).toMatchObject({ userId: user.userId });
    const logs = await opened.listLogs('scp');
    expect(logs).toMatchObject([{ userId: user.userId }]);
    expect(JSON.stringify(logs)).not.toContain('horse');
  });

  test('holds the new password against the policy and leaves the old one', async () => {
    await using opened = await openWithUser('password_weak');
    const { accounts, context, connection, user } = opened;
    await expect(accounts.changePassword(context, user.userId, 'weak')).rejects.toMatchObject({
      code: 'password_too_weak',
    });
    await expect(accounts.changePassword(context, user.userId, '')).rejects.toBeInstanceOf(
      AccountInputError,
    );
    const input = { connection, identifier: 'ada@example.com', password: PASSWORD };
    expect(await accounts.logIn(context, input)).toMatchObject({ userId: user.userId });
    expect(await opened.hasSession()).toBe(true);
  });

  const changes: [name: string, change: (opened: OpenWithUser) => Promise<unknown>][] = [
    [
      'changePassword()',
      ({ accounts, context, user }) =>
        accounts.changePassword(context, user.userId, 'Changed-horse-9'),
    ],
    [
      'updateUser()',
      ({ accounts, context, user }) =>
        accounts.updateUser(context, user.userId, { password: 'Changed-horse-9' }),
    ],
  ];
  test.for(changes)('%s promises post-change-password', async ([, change]) => {
    await using opened = await openWithUser('password_trigger');
    opened.pipeline.bound.add('post-change-password');
    await change(opened);
    const [job, ...others] = await opened.listJobs();
    expect(others).toEqual([]);
    expect(job).toMatchObject({
      kind: 'run-trigger',
      triggerId: 'post-change-password',
      tenantId: opened.tenant.id,
      event: {
        user: {
          user_id: opened.user.userId,
          email: 'ada@example.com',
          last_password_reset: opened.clock.time.toISOString(),
        },
        connection: { name: 'people' },
        request: { ip: '192.0.2.1' },
      },
    });
    expect(JSON.stringify(job)).not.toContain('horse');
    const [entry] = await opened.listLogs('scp');
    expect(entry?.details).toMatchObject({ actions: { executions: [job?.executionId] } });
  });

  test('promises nothing when no password changes, or no action is bound', async () => {
    await using opened = await openWithUser('password_no_trigger');
    const { accounts, context, user, pipeline } = opened;
    await accounts.changePassword(context, user.userId, 'Changed-horse-9');
    pipeline.bound.add('post-change-password');
    await accounts.updateUser(context, user.userId, { nickname: 'ada', blocked: true });
    expect(await opened.listJobs()).toEqual([]);
  });

  test('changes nothing when the run cannot be promised', async () => {
    await using opened = await openWithUser('password_no_queue');
    const { accounts, context, connection, user, pipeline, jobs } = opened;
    pipeline.bound.add('post-change-password');
    jobs.failure = new Error('no queue');
    await expect(accounts.changePassword(context, user.userId, 'Changed-horse-9')).rejects.toThrow(
      'no queue',
    );
    expect(await opened.listJobs()).toEqual([]);
    expect(await opened.listLogs('scp')).toEqual([]);
    expect(await opened.hasSession()).toBe(true);
    const input = { connection, identifier: 'ada@example.com', password: PASSWORD };
    expect(await accounts.logIn(context, input)).toMatchObject({ userId: user.userId });
  });
});
