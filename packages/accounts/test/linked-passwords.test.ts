import type { Job, User } from '@tessera/model';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccounts, createPasswordResetHandler } from '../src/index.ts';
import { connectionWith, type OpenAccounts, openAccounts, PASSWORD } from './open-accounts.ts';

const NEW_PASSWORD = 'Even-better-horse-8';
const BROWSER = { id: 'b'.repeat(43) };
/** Where the linked accounts are; the users to whom they are linked are in another. */
const OTHER = connectionWith({ password_history: { enable: true, size: 3 } }, 'others');

let opened: OpenAccounts;
let sent: Job[];
let count = 0;
beforeAll(async () => {
  opened = await openAccounts('linked-passwords');
  opened.clock.time = new Date();
  await opened.store.connections.create(OTHER);
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => {
  opened.messages.emails.length = 0;
  opened.pipeline.runs.length = 0;
  opened.pipeline.bound.clear();
  sent = [];
});

/** A user with a linked account of another address, and what was issued to the user. */
async function linkedPair(): Promise<{ readonly primary: User; readonly account: User }> {
  count += 1;
  const { accounts, context, connection, store } = opened;
  const password = PASSWORD;
  const create = async (input: { connection: typeof connection; email: string }) =>
    (await accounts.createUser(context, { ...input, password, verifyEmail: false })).user;
  const primary = await create({ connection, email: `main-${count}@example.com` });
  const account = await create({ connection: OTHER, email: `linked-${count}@example.com` });
  const linked = await store.users.link(primary.userId, account.userId);
  const payload = { accountId: primary.userId };
  await store.oidcModels.upsert('Session', `session-${count}`, payload, 3600);
  return { primary: linked, account };
}

/** Asks as the pages do, and lets the worker do its part. */
async function ask(email: string, codeKey?: string): Promise<Record<string, unknown>> {
  const { services, store, tenant, context } = opened;
  const jobs = { enqueue: async (job: Job) => void sent.push(job) };
  const argon2 = { memoryKiB: 8, iterations: 1 };
  const { passwordResets } = createAccounts({ ...services, jobs, argon2 });
  const request = { connection: OTHER, identifier: email, ...(codeKey ? { codeKey } : {}) };
  await passwordResets.request(context, request);
  const tenants = { find: async () => tenant };
  const whole = { tenants, tenant: () => store } as never;
  const handle = createPasswordResetHandler({ ...services, store: whole });
  const attempt = { attempt: 1, isLast: true, signal: new AbortController().signal };
  for (const job of sent.splice(0)) {
    if (job.kind === 'request-password-reset') await handle(job, attempt);
  }
  return opened.messages.emails.at(-1)?.variables ?? {};
}

const ticketOf = (url: unknown): string => new URL(String(url)).searchParams.get('ticket') ?? '';

const logIn = (identifier: string, password: string) =>
  opened.accounts.logIn(opened.context, { connection: OTHER, identifier, password });

async function expectChanged({ primary, account }: Awaited<ReturnType<typeof linkedPair>>) {
  const { store } = opened;
  const email = account.email ?? '';
  // The credentials are new, and still those of the user to whom they are linked.
  expect((await logIn(email, NEW_PASSWORD)).userId).toBe(primary.userId);
  await expect(logIn(email, PASSWORD)).rejects.toMatchObject({ code: 'wrong_credentials' });
  expect(await store.oidcModels.list('Session', primary.userId)).toEqual([]);
  const own = { connection: opened.connection, identifier: primary.email ?? '' };
  const unchanged = opened.accounts.logIn(opened.context, { ...own, password: PASSWORD });
  expect((await unchanged).userId).toBe(primary.userId);
  const entries = (await opened.listLogs('scp')).filter((one) => one.userId === primary.userId);
  expect(entries).toHaveLength(1);
}

describe('the password of a linked account', () => {
  test.for(['link', 'code'] as const)('is reset by a %s', async (kind) => {
    const pair = await linkedPair();
    opened.pipeline.bound.add('post-change-password');
    const { passwordResets } = opened.accounts;
    const { context } = opened;
    const key = kind === 'code' ? `code-key-${count}` : undefined;
    const variables = await ask(pair.account.email ?? '', key);
    expect(opened.messages.emails.map(({ to }) => to)).toEqual([pair.account.email]);
    const begun =
      key === undefined
        ? await passwordResets.begin(context, BROWSER, ticketOf(variables.url))
        : await passwordResets.beginWithCode(context, BROWSER, {
            ...{ key, code: String(variables.code) },
          });
    expect(begun).toMatchObject({
      phase: { kind: 'password' },
      user: { userId: pair.primary.userId },
      connection: { name: 'others' },
    });
    const challenge = opened.pipeline.runs.find(
      ({ triggerId }) => triggerId === 'password-reset-post-challenge',
    );
    expect(challenge?.event).toMatchObject({ user: { user_id: pair.primary.userId } });
    const change = { state: begun?.state ?? '', password: NEW_PASSWORD };
    await passwordResets.setPassword(context, BROWSER, change);
    await expectChanged(pair);
    const promised = (await opened.listJobs()).filter(
      ({ triggerId, event }) =>
        triggerId === 'post-change-password' && JSON.stringify(event).includes(pair.primary.userId),
    );
    expect(promised).toMatchObject([
      { event: { user: { user_id: pair.primary.userId }, connection: { name: 'others' } } },
    ]);
    const after = await opened.store.users.find(pair.primary.userId);
    expect(after).toMatchObject({
      emailVerified: false,
      identities: [{}, { profileData: { email_verified: true } }],
    });
    const requests = await opened.listLogs('scpr');
    expect(requests[0]?.userId).toBe(pair.primary.userId);
  });

  test('is set by whoever is faster, of two browsers with one link', async () => {
    const pair = await linkedPair();
    const { passwordResets } = opened.accounts;
    const { context } = opened;
    const { url } = await ask(pair.account.email ?? '');
    const results = await Promise.allSettled(
      ['c', 'd'].map(async (letter) => {
        const browser = { id: letter.repeat(43) };
        const view = await passwordResets.begin(context, browser, ticketOf(url));
        const change = { state: view?.state ?? '', password: NEW_PASSWORD };
        return passwordResets.setPassword(context, browser, change);
      }),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expectChanged(pair);
  });

  test('is not set when the account became somebody else’s on the way', async () => {
    const { primary, account } = await linkedPair();
    const { passwordResets } = opened.accounts;
    const { context, store } = opened;
    const { url } = await ask(account.email ?? '');
    const begun = await passwordResets.begin(context, BROWSER, ticketOf(url));
    const userId = account.userId.slice('auth0|'.length);
    await store.users.unlink(primary.userId, { provider: 'auth0', userId });
    await store.users.update(account.userId, { email: `moved-${account.email}` });
    const change = { state: begun?.state ?? '', password: NEW_PASSWORD };
    const set = passwordResets.setPassword(context, BROWSER, change);
    await expect(set).rejects.toMatchObject({ code: 'transaction_invalid' });
    expect(await store.oidcModels.list('Session', primary.userId)).toHaveLength(1);
  });

  test('goes on where it was when the accounts are taken apart', async () => {
    const { primary, account } = await linkedPair();
    const { passwordResets } = opened.accounts;
    const { context, store } = opened;
    const { url } = await ask(account.email ?? '');
    const userId = account.userId.slice('auth0|'.length);
    await store.users.unlink(primary.userId, { provider: 'auth0', userId });
    const begun = await passwordResets.begin(context, BROWSER, ticketOf(url));
    expect(begun?.user.userId).toBe(account.userId);
    const change = { state: begun?.state ?? '', password: NEW_PASSWORD };
    await passwordResets.setPassword(context, BROWSER, change);
    expect((await logIn(account.email ?? '', NEW_PASSWORD)).userId).toBe(account.userId);
    // Whom it is no longer linked to stays logged in.
    expect(await store.oidcModels.list('Session', primary.userId)).toHaveLength(1);
  });

  test('knows its own former passwords', async () => {
    const { account } = await linkedPair();
    const { passwordResets } = opened.accounts;
    const { context } = opened;
    const { url } = await ask(account.email ?? '');
    const begun = await passwordResets.begin(context, BROWSER, ticketOf(url));
    const change = { state: begun?.state ?? '', password: PASSWORD };
    const set = passwordResets.setPassword(context, BROWSER, change);
    await expect(set).rejects.toMatchObject({ code: 'password_too_weak' });
  });

  test('is changed by a ticket for the user, and by the management API', async () => {
    const { store, context, accounts } = opened;
    const provider = connectionWith({}, 'upstream');
    if ((await store.connections.find(provider.id)) === undefined) {
      await store.connections.create({ ...provider, strategy: 'oidc' });
    }
    const { account } = await linkedPair();
    const id = account.userId.slice('auth0|'.length);
    await store.users.unlink(`${(await store.users.findPrimary(account.userId))?.userId}`, {
      ...{ provider: 'auth0', userId: id },
    });
    const main = await store.users.create({
      ...{ userId: `oidc|upstream|${id}`, email: `up-${id}@example.com` },
      ...{ emailVerified: true, blocked: false },
      ...{ userMetadata: {}, appMetadata: {} },
      identities: [
        { connection: 'upstream', provider: 'oidc', userId: `upstream|${id}`, isSocial: false },
      ],
    });
    await store.users.link(main.userId, account.userId);
    const url = await accounts.passwordResets.createTicket(context, {
      ...{ userId: main.userId, connection: OTHER },
    });
    const begun = await accounts.passwordResets.begin(context, BROWSER, ticketOf(url));
    const change = { state: begun?.state ?? '', password: NEW_PASSWORD };
    await accounts.passwordResets.setPassword(context, BROWSER, change);
    expect((await logIn(account.email ?? '', NEW_PASSWORD)).userId).toBe(main.userId);
    await accounts.changePassword(context, main.userId, 'Third-best-horse-9');
    expect((await logIn(account.email ?? '', 'Third-best-horse-9')).userId).toBe(main.userId);
    expect(await store.users.findPasswordHash(main.userId)).toBeUndefined();
  });
});
