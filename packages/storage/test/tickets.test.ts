import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';

const stores = openStorePerFile('tickets');
const inAMinute = () => new Date(Date.now() + 60_000);
const ticket = (key: string, payload: Record<string, string> = {}) =>
  ({ kind: 'password-reset', key, payload, expiresAt: inAMinute() }) as const;

test('tickets.save() keeps a payload that find() returns until it is consumed', async () => {
  const { tickets } = await stores.createTenant();
  await tickets.save(ticket('key', { to: 'a@example.com' }));
  expect(await tickets.find('password-reset', 'key')).toMatchObject({
    kind: 'password-reset',
    payload: { to: 'a@example.com' },
    attempts: 0,
  });
  expect(await tickets.consume('password-reset', 'key')).toMatchObject({
    payload: { to: 'a@example.com' },
  });
  expect(await tickets.find('password-reset', 'key')).toBeUndefined();
});

test('tickets.save() replaces an earlier ticket and begins its attempts anew', async () => {
  const { tickets } = await stores.createTenant();
  await tickets.save(ticket('key', { code: 'old' }));
  await tickets.attempt('password-reset', 'key');
  await tickets.save(ticket('key', { code: 'new' }));
  expect(await tickets.find('password-reset', 'key')).toMatchObject({
    payload: { code: 'new' },
    attempts: 0,
  });
});

test('tickets.consume() is won by exactly one of 20, over two replicas', async () => {
  const { store, openReplica, tenant } = stores.get();
  const replica = await openReplica();
  const repositories = [store, replica].map(({ tenant: open }) => open(tenant.id).tickets);
  await repositories[0]?.save(ticket('contended'));
  const wins = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      repositories[at % 2]?.consume('password-reset', 'contended'),
    ),
  );
  expect(wins.filter(Boolean)).toHaveLength(1);
});

test('tickets.attempt() counts each of 20 concurrent guesses', async () => {
  const { tickets } = await stores.createTenant();
  await tickets.save(ticket('key'));
  const counts = await Promise.all(
    Array.from({ length: 20 }, () => tickets.attempt('password-reset', 'key')),
  );
  expect(counts.map((tried) => tried?.attempts).toSorted((a = 0, b = 0) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, at) => at + 1),
  );
});

test('tickets of another kind, of another tenant, and expired ones are not found', async () => {
  const { tickets } = await stores.createTenant();
  const { tickets: others } = await stores.createTenant();
  await tickets.save(ticket('key'));
  expect(await tickets.find('email-verification', 'key')).toBeUndefined();
  expect(await tickets.consume('email-verification', 'key')).toBeUndefined();
  expect(await others.consume('password-reset', 'key')).toBeUndefined();
  await tickets.save({ ...ticket('late'), expiresAt: new Date(Date.now() - 1) });
  expect(await tickets.find('password-reset', 'late')).toBeUndefined();
  expect(await tickets.attempt('password-reset', 'late')).toBeUndefined();
  expect(await tickets.consume('password-reset', 'late')).toBeUndefined();
  expect(await tickets.update('password-reset', 'late', {})).toBe(false);
});

test('tickets.update() changes the payload of a living ticket only', async () => {
  const { tickets } = await stores.createTenant();
  await tickets.save(ticket('key', { step: '1' }));
  expect(await tickets.update('password-reset', 'key', { step: '2' })).toBe(true);
  expect(await tickets.find('password-reset', 'key')).toMatchObject({ payload: { step: '2' } });
  await tickets.consume('password-reset', 'key');
  expect(await tickets.update('password-reset', 'key', { step: '3' })).toBe(false);
  expect(await tickets.find('password-reset', 'key')).toBeUndefined();
});

test('tickets.deleteExpired() deletes what has expired and nothing else', async () => {
  const { tickets } = await stores.createTenant();
  await tickets.save(ticket('living'));
  await tickets.save({ ...ticket('late'), expiresAt: new Date(Date.now() - 1) });
  expect(await tickets.deleteExpired(new Date())).toBe(1);
  expect(await tickets.find('password-reset', 'living')).toBeDefined();
});

test('a reader of the database sees neither keys nor payloads of tickets', async () => {
  const tenant = await stores.createTenant();
  await tenant.tickets.save(ticket('secret-key', { link: 'secret-link' }));
  const { rows } = await tenant.transaction((tx) =>
    tx.sql.executeSql(
      "SELECT encode(key_hash, 'escape') || encode(payload, 'escape') AS text FROM tickets WHERE tenant_id = $1",
      [tenant.tenantId],
    ),
  );
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toMatch(/secret-(key|link)/);
});
