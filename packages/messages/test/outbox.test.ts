import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { giveUpMessage, MESSAGE_LIMITS } from '../src/index.ts';
import { ADA, type OpenMessages, openMessages } from './open-messages.ts';

let open: OpenMessages;
beforeAll(async () => {
  open = await openMessages('outbox');
});
afterAll(() => open[Symbol.asyncDispose]());

/** An address that no other test of this file writes to. */
const somebody = () => `${randomBytes(6).toString('hex')}@example.com`;

test('sendEmail() keeps the message, with its texts, where there is no way out', async () => {
  const to = somebody();
  const message = await open.sendEmail({ to, variables: { url: 'https://login.test/r?x=1' } });
  expect(message).toMatchObject({ to, channel: 'email', template: 'reset_email', status: 'kept' });
  expect(message.content).toMatchObject({
    subject: 'Change your password',
    locale: 'en',
    variables: { url: 'https://login.test/r?x=1' },
  });
  expect(message.content.text).toContain('https://login.test/r?x=1');
});

test('sendEmail() is nothing when its transaction rolls back', async () => {
  const to = somebody();
  const failed = open.store.transaction(async (tx) => {
    const message = { template: 'reset_email', to, variables: { url: 'https://x.test/' } } as const;
    await open.messages.sendEmail({ ...open.context, store: tx }, message, { transaction: tx.sql });
    throw new Error('rolled back');
  });
  await expect(failed).rejects.toThrow('rolled back');
  await open.work();
  expect(await open.store.outbox.list({ to, page: 0, perPage: 5 })).toMatchObject({ total: 0 });
});

test('sendEmail() waits for the commit of its transaction, whatever store it was given', async () => {
  const to = somebody();
  await open.store.transaction(async (tx) => {
    const message = { template: 'reset_email', to, variables: { url: 'https://x.test/' } } as const;
    await open.messages.sendEmail(open.context, message, { transaction: tx.sql });
    expect((await open.store.outbox.list({ to, page: 0, perPage: 5 })).total).toBe(0);
  });
  expect((await open.store.outbox.list({ to, page: 0, perPage: 5 })).total).toBe(1);
});

test('outbox.list() finds messages by recipient whatever the case, newest first', async () => {
  const to = somebody();
  await open.sendEmail({ to, template: 'reset_email' });
  await open.sendEmail({ to: to.toUpperCase(), template: 'verify_email' });
  const { items } = await open.store.outbox.list({ to, page: 0, perPage: 5 });
  expect(items.map(({ template }) => template)).toEqual(['verify_email', 'reset_email']);
});

test('neither recipients nor texts can be read in the database', async () => {
  const to = somebody();
  await open.sendEmail({ to, variables: { url: 'https://login.test/secret-link' } });
  const statement = "SELECT *, encode(content, 'escape') AS bytes FROM outbox";
  const { rows } = await open.store.transaction(({ sql }) => sql.executeSql(statement));
  const text = JSON.stringify(rows);
  expect(rows.length).toBeGreaterThan(0);
  expect(text).not.toContain(to);
  expect(text).not.toContain('secret-link');
});

test('outbox.find() of another tenant finds nothing', async () => {
  const message = await open.sendEmail({ to: somebody() });
  const other = open.root.tenant('another-tenant');
  expect(await other.outbox.find(message.id)).toBeUndefined();
  expect(await other.outbox.delete(message.id)).toBe(false);
});

test('outbox.deleteOlderThan() deletes what is older, and nothing else', async () => {
  const message = await open.sendEmail({ to: somebody() });
  expect(await open.store.outbox.deleteOlderThan(new Date(Date.now() - 3_600_000))).toBe(0);
  expect(await open.store.outbox.deleteOlderThan(new Date(Date.now() + 1_000))).toBeGreaterThan(0);
  expect(await open.store.outbox.find(message.id)).toBeUndefined();
});

test('a recipient gets no more e-mails than the limit; the rest is dropped with a log entry', async () => {
  const to = somebody();
  const max = MESSAGE_LIMITS.emailsPerRecipientAndHour;
  for (let sent = 0; sent < max; sent += 1) await open.sendEmail({ to });
  await open.messages.sendEmail(open.context, {
    template: 'reset_email',
    to,
    variables: { url: 'https://login.test/one-too-many' },
  });
  await open.work();
  const { total } = await open.store.outbox.list({ to, page: 0, perPage: 5 });
  expect(total).toBe(max);
  const [entry] = await open.listLogs('fn');
  expect(entry).toMatchObject({ details: { to, email_type: 'reset_email' } });
  expect(entry?.description).toContain(`more than ${max} messages`);
  expect(JSON.stringify(entry)).not.toContain('one-too-many');
});

test('a number gets no more messages than the limit, and limit_phone says so', async () => {
  const to = '+41445550199';
  const max = MESSAGE_LIMITS.phoneMessagesPerRecipientAndHour;
  for (let sent = 0; sent <= max; sent += 1) await open.sendPhone({ to });
  expect((await open.store.outbox.list({ to, page: 0, perPage: 5 })).total).toBe(max);
  expect(await open.listLogs('limit_phone')).toHaveLength(1);
});

test('a message to a linked account is sent, with the user to whom it is linked', async () => {
  const id = randomBytes(12).toString('hex');
  const identity = { connection: 'people', provider: 'auth0', userId: id, isSocial: false };
  const userId = `auth0|${id}`;
  const to = somebody();
  const fields = { ...ADA, userId, email: to, identities: [identity] };
  const account = await open.store.users.create(fields);
  await open.store.users.link(open.user.userId, userId);
  const variables = { code: '123456' };
  const template = 'passwordless_email' as const;
  const message = await open.sendEmail({ to, user: account, template, variables });
  expect(message).toMatchObject({ to, status: 'kept', content: { variables } });
});

test('a user who is gone when the message is sent gets none', async () => {
  const to = somebody();
  const user = { ...open.user, userId: 'auth0|gone' };
  const message = await open.sendEmail({ to, user });
  expect(message).toMatchObject({ status: 'dropped', error: 'the user is gone', content: {} });
});

test('giveUpMessage() notes that nobody could send a message, and leaves those that are done with', async () => {
  const clock = { now: () => new Date() };
  const tenantId = open.tenant.id;
  const kept = await open.sendEmail({ to: somebody() });
  await giveUpMessage({ store: open.root, clock }, { tenantId, messageId: kept.id });
  expect(await open.store.outbox.find(kept.id)).toMatchObject({ status: 'kept' });
  const to = somebody();
  await open.messages.sendEmail(open.context, {
    template: 'reset_email',
    to,
    variables: { url: 'https://login.test/never-sent' },
  });
  open.waiting.length = 0;
  const [lost] = (await open.store.outbox.list({ to, page: 0, perPage: 1 })).items;
  await giveUpMessage({ store: open.root, clock }, { tenantId, messageId: lost?.id ?? '' });
  expect(await open.store.outbox.find(lost?.id ?? '')).toMatchObject({
    ...{ status: 'failed', content: {} },
    error: 'it was tried several times and never ended',
  });
  const [entry] = await open.listLogs('fn');
  expect(entry).toMatchObject({ details: { to, email_type: 'reset_email' } });
  expect(JSON.stringify(entry)).not.toContain('never-sent');
});

test('content that another version of the server wrote is not sent', async () => {
  const to = somebody();
  await open.messages.sendEmail(open.context, { template: 'reset_email', to, variables: {} });
  const [message] = (await open.store.outbox.list({ to, page: 0, perPage: 1 })).items;
  await open.store.outbox.update(message?.id ?? '', { content: { kind: 'fax' } });
  expect(await open.work()).toEqual([]);
  expect(await open.store.outbox.find(message?.id ?? '')).toMatchObject({
    ...{ status: 'failed', error: 'its content cannot be read' },
  });
});

test('a message that was deleted while it waited is not sent', async () => {
  const to = somebody();
  await open.messages.sendEmail(open.context, { template: 'reset_email', to, variables: {} });
  await open.store.outbox.deleteAll(to);
  expect(await open.work()).toEqual([]);
  expect((await open.store.outbox.list({ to, page: 0, perPage: 5 })).total).toBe(0);
});
