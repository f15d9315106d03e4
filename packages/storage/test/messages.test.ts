import type { MessageProviderRepository } from '@tessera/model';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';

const stores = openStorePerFile('messages');

const smtp: Parameters<MessageProviderRepository['create']>[0] = {
  id: 'email',
  channel: 'email',
  name: 'smtp',
  isEnabled: true,
  defaultFrom: 'no-reply@example.com',
  settings: {},
  credentials: { smtp_host: 'mail.example.com', smtp_pass: 'very-secret' },
};

test('messageProviders keep credentials encrypted, and give them back', async () => {
  const { messageProviders } = await stores.createTenant();
  const created = await messageProviders.create(smtp);
  expect(created).toMatchObject(smtp);
  const client = new pg.Client(stores.get().connection);
  await client.connect();
  const { rows } = await client.query('SELECT * FROM message_providers');
  await client.end();
  expect(JSON.stringify(rows)).not.toContain('very-secret');
  expect(JSON.stringify(rows)).not.toContain('mail.example.com');
});

test('messageProviders.create() refuses a second provider of e-mails', async () => {
  const { messageProviders } = await stores.createTenant();
  await messageProviders.create(smtp);
  await expect(messageProviders.create(smtp)).rejects.toMatchObject({ code: 'conflict' });
});

test('messageProviders.update() changes what it names, also when two change at once', async () => {
  const { messageProviders } = await stores.createTenant();
  await messageProviders.create(smtp);
  await Promise.all([
    messageProviders.update('email', { isEnabled: false }),
    messageProviders.update('email', { defaultFrom: 'other@example.com' }),
  ]);
  expect(await messageProviders.find('email')).toMatchObject({
    isEnabled: false,
    defaultFrom: 'other@example.com',
    credentials: smtp.credentials,
  });
  expect(await messageProviders.update('nobody', { isEnabled: true })).toBeUndefined();
});

test('providers, templates and messages are of one tenant', async () => {
  const mine = await stores.createTenant();
  const theirs = await stores.createTenant();
  await mine.messageProviders.create(smtp);
  await mine.emailTemplates.create({ name: 'reset_email', isEnabled: true, body: 'mine' });
  await mine.phoneTemplates.create({
    ...{ id: 'tem_1', type: 'otp_verify', isDisabled: false, content: {} },
  });
  await mine.outbox.create({
    ...{ id: 'msg_1', channel: 'email', to: 'ada@example.com', template: 'reset_email' },
    ...{ status: 'kept', content: { code: '1' } },
  });
  const page = { page: 0, perPage: 10 };
  expect(await theirs.messageProviders.list('email')).toEqual([]);
  expect(await theirs.emailTemplates.find('reset_email')).toBeUndefined();
  expect(await theirs.phoneTemplates.findByType('otp_verify')).toBeUndefined();
  expect(await theirs.phoneTemplates.delete('tem_1')).toBe(false);
  expect(await theirs.outbox.list({ ...page, to: 'ada@example.com' })).toMatchObject({ total: 0 });
  expect(await theirs.outbox.update('msg_1', { status: 'sent' })).toBe(false);
  expect(await theirs.outbox.deleteAll()).toBe(0);
  expect(await mine.outbox.list({ ...page, to: 'ADA@example.com' })).toMatchObject({ total: 1 });
});

test('outbox.update() keeps what it does not name, and stores odd text of an error', async () => {
  const { outbox } = await stores.createTenant();
  await outbox.create({
    ...{ id: 'msg_1', channel: 'phone', to: '+41445550100', template: 'otp-verify' },
    ...{ status: 'queued', content: { code: '1' }, userId: 'auth0|1' },
  });
  expect(await outbox.update('msg_1', { attempts: 2, error: 'no \0 \ud800' })).toBe(true);
  expect(await outbox.find('msg_1')).toMatchObject({
    ...{ attempts: 2, error: 'no \ufffd \ufffd', status: 'queued', userId: 'auth0|1' },
    ...{ to: '+41445550100', content: { code: '1' } },
  });
});

test('emailTemplates.save() overwrites what create() made once', async () => {
  const { emailTemplates } = await stores.createTenant();
  const template = { name: 'verify_email', isEnabled: true, body: 'one' } as const;
  await emailTemplates.create(template);
  await expect(emailTemplates.create(template)).rejects.toMatchObject({ code: 'conflict' });
  await emailTemplates.save({ name: 'verify_email', isEnabled: false, subject: 'two' });
  expect(await emailTemplates.find('verify_email')).toEqual({
    ...{ name: 'verify_email', isEnabled: false, subject: 'two' },
  });
});
