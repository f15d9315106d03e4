import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { VERIFICATION_LIMITS } from '../src/index.ts';
import { type OpenAccounts, openAccounts, PASSWORD } from './open-accounts.ts';

let opened: OpenAccounts;
beforeAll(async () => {
  opened = await openAccounts('email-verification');
  opened.clock.time = new Date();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => {
  opened.messages.emails.length = 0;
});

let next = 0;
async function signUp() {
  next += 1;
  const email = `person-${next}@example.com`;
  const { connection, context, accounts } = opened;
  const { user } = await accounts.signUp(context, { connection, email, password: PASSWORD });
  return user;
}
const ticketOf = (index = -1): string =>
  new URL(String(opened.messages.emails.at(index)?.variables.url)).searchParams.get('ticket') ?? '';

describe('EmailVerifications', () => {
  test('a signup sends a link, and following it verifies the address', async () => {
    const user = await signUp();
    expect(opened.messages.emails.map(({ to, template }) => [to, template])).toEqual([
      [user.email, 'verify_email'],
    ]);
    const result = await opened.accounts.emailVerifications.confirm(opened.context, ticketOf());
    expect(result?.user).toMatchObject({ userId: user.userId, emailVerified: true });
    const entries = (await opened.listLogs('sv')).filter(({ userId }) => userId === user.userId);
    expect(entries).toHaveLength(1);
  });

  test('a link that is followed twice, also at once, verifies once', async () => {
    const user = await signUp();
    const { emailVerifications } = opened.accounts;
    const confirm = () => emailVerifications.confirm(opened.context, ticketOf());
    const results = await Promise.all([confirm(), confirm(), confirm()]);
    expect(results.every((result) => result !== undefined)).toBe(true);
    const entries = (await opened.listLogs('sv')).filter(({ userId }) => userId === user.userId);
    expect(entries).toHaveLength(1);
    // Whoever has taken the verification back means it.
    await opened.store.users.update(user.userId, { emailVerified: false });
    await confirm();
    expect((await opened.store.users.find(user.userId))?.emailVerified).toBe(false);
  });

  test('a link that is used between the look and the taking verifies nothing again', async () => {
    const user = await signUp();
    const { store, context, accounts } = opened;
    const ticket = ticketOf();
    const find: typeof store.users.find = async (userId) => {
      const found = await store.users.find(userId);
      await accounts.emailVerifications.confirm(context, ticket);
      await store.users.update(userId, { emailVerified: false });
      return found;
    };
    const late = { ...context, store: { ...store, users: { ...store.users, find } } };
    expect(await accounts.emailVerifications.confirm(late, ticket)).toBeDefined();
    const entries = (await opened.listLogs('sv')).filter(({ userId }) => userId === user.userId);
    expect(entries).toHaveLength(1);
    expect((await store.users.find(user.userId))?.emailVerified).toBe(false);
  });

  test('a link verifies no other address than the one it was sent to', async () => {
    const user = await signUp();
    const ticket = ticketOf();
    await opened.store.users.update(user.userId, { email: `moved-${user.email}` });
    const result = await opened.accounts.emailVerifications.confirm(opened.context, ticket);
    expect(result).toBeUndefined();
    expect((await opened.store.users.find(user.userId))?.emailVerified).toBe(false);
  });

  test('nor an address that takes its place at the very moment of the look', async () => {
    const user = await signUp();
    const { store, context, accounts } = opened;
    const find: typeof store.users.find = async (userId) => {
      const found = await store.users.find(userId);
      await store.users.update(userId, { email: `victim-${user.email}` });
      return found;
    };
    const raced = { ...context, store: { ...store, users: { ...store.users, find } } };
    await expect(accounts.emailVerifications.confirm(raced, ticketOf())).rejects.toMatchObject({
      code: 'transaction_invalid',
    });
    const after = await store.users.find(user.userId);
    expect(after).toMatchObject({ email: `victim-${user.email}`, emailVerified: false });
  });

  test.for(['', 'x', 'a'.repeat(43), '../..'])('knows no link "%s"', async (ticket) => {
    const { emailVerifications } = opened.accounts;
    expect(await emailVerifications.confirm(opened.context, ticket)).toBeUndefined();
  });

  test('a link leads where it was told to, with the outcome in the address', async () => {
    const user = await signUp();
    const { emailVerifications } = opened.accounts;
    const url = await emailVerifications.createTicket(opened.context, {
      ...{ user, resultUrl: 'https://shop.example/done?a=1', includeEmailInRedirect: true },
    });
    const ticket = new URL(url).searchParams.get('ticket') ?? '';
    const result = await emailVerifications.confirm(opened.context, ticket);
    const target = new URL(result?.url ?? '');
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      ...{ a: '1', success: 'true', email: user.email },
    });
  });

  test.for(['javascript:alert(1)', 'data:text/html,x', 'nowhere'])(
    'a link leads to no page of %s',
    async (resultUrl) => {
      const user = await signUp();
      const { emailVerifications } = opened.accounts;
      const url = await emailVerifications.createTicket(opened.context, { user, resultUrl });
      const ticket = new URL(url).searchParams.get('ticket') ?? '';
      const result = await emailVerifications.confirm(opened.context, ticket);
      expect(result?.user.emailVerified).toBe(true);
      expect(result).not.toHaveProperty('url');
    },
  );

  test('a tenant that has switched the mail off sends none', async () => {
    await opened.store.emailTemplates.save({ name: 'verify_email', isEnabled: false });
    await signUp();
    expect(opened.messages.emails).toEqual([]);
    await opened.store.emailTemplates.save({ name: 'verify_email', isEnabled: true });
  });

  test('the welcome is sent where it is switched on, once the address is verified', async () => {
    await opened.store.emailTemplates.save({ name: 'welcome_email', isEnabled: true });
    await signUp();
    const ticket = ticketOf();
    expect(opened.messages.emails.map(({ template }) => template)).toEqual(['verify_email']);
    await opened.accounts.emailVerifications.confirm(opened.context, ticket);
    await opened.accounts.emailVerifications.confirm(opened.context, ticket);
    expect(opened.messages.emails.map(({ template }) => template)).toEqual([
      'verify_email',
      'welcome_email',
    ]);
    await opened.store.emailTemplates.save({ name: 'welcome_email', isEnabled: false });
  });

  test('a code verifies under its key alone, and few guesses are had', async () => {
    const user = await signUp();
    const { emailVerifications } = opened.accounts;
    const { context } = opened;
    const key = `page-${next}`;
    await emailVerifications.sendCode(context, { user, key });
    const code = String(opened.messages.emails.at(-1)?.variables.code);
    expect(code).toHaveLength(VERIFICATION_LIMITS.codeLength);
    expect(await emailVerifications.confirmCode(context, { key: 'other', code })).toBe(false);
    expect(
      await emailVerifications.confirmCode(context, {
        key,
        code: `${code.slice(0, 3)} ${code.slice(3)}`,
      }),
    ).toBe(true);
    expect(await emailVerifications.confirmCode(context, { key, code })).toBe(false);
    const guessed = `guessed-${next}`;
    await emailVerifications.sendCode(context, { user, key: guessed });
    const right = String(opened.messages.emails.at(-1)?.variables.code);
    const wrong = right === '000000' ? '111111' : '000000';
    const guesses = Array.from({ length: VERIFICATION_LIMITS.codeAttempts }, () =>
      emailVerifications.confirmCode(context, { key: guessed, code: wrong }),
    );
    await Promise.all(guesses);
    expect(await emailVerifications.confirmCode(context, { key: guessed, code: right })).toBe(
      false,
    );
  });
});
