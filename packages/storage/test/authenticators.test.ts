import { randomUUID } from 'node:crypto';
import type { NewAuthenticator } from '@tessera/model';
import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import { createUser } from './samples.ts';

const stores = openStorePerFile('authenticators');

const sampleTotp = (userId: string, fields: Partial<NewAuthenticator> = {}): NewAuthenticator => ({
  id: `totp|dev_${randomUUID().slice(0, 16)}`,
  userId,
  type: 'totp',
  isConfirmed: true,
  secret: { key: 'JBSWY3DPEHPK3PXP', usedStep: 1 },
  ...fields,
});

test('authenticators.create() keeps what find() and listForUser() return, in order', async () => {
  const tenant = await stores.createTenant();
  const { authenticators } = tenant;
  const { user } = await createUser(tenant);
  const first = await authenticators.create(sampleTotp(user.userId, { name: 'phone' }));
  const second = await authenticators.create(sampleTotp(user.userId, { isConfirmed: false }));
  expect(await authenticators.find(first.id)).toEqual(first);
  expect(first).toMatchObject({ name: 'phone', secret: { key: 'JBSWY3DPEHPK3PXP' } });
  expect(await authenticators.listForUser(user.userId)).toEqual([first, second]);
});

test('authenticators.create() refuses an id and a WebAuthn credential that exist', async () => {
  const tenant = await stores.createTenant();
  const { authenticators } = tenant;
  const { user } = await createUser(tenant);
  const credential = { type: 'webauthn-roaming', credentialId: 'abc' } as const;
  const first = await authenticators.create(sampleTotp(user.userId, credential));
  await expect(authenticators.create(sampleTotp(user.userId, credential))).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(
    authenticators.create(sampleTotp(user.userId, { id: first.id })),
  ).rejects.toMatchObject({ code: 'conflict' });
  expect(await authenticators.findByCredentialId('abc')).toEqual(first);
});

test('authenticators.update() with the secret as it was is won by exactly one of 20, over two replicas', async () => {
  const { store, openReplica, tenant } = stores.get();
  const replica = await openReplica();
  const [one, other] = [store.tenant(tenant.id), replica.tenant(tenant.id)];
  const { user } = await createUser(one);
  const totp = await one.authenticators.create(sampleTotp(user.userId));
  const wins = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      (at % 2 === 0 ? one : other).authenticators.update(
        totp.id,
        { secret: { ...totp.secret, usedStep: 2 } },
        totp.secret,
      ),
    ),
  );
  expect(wins.filter(Boolean)).toHaveLength(1);
  expect(await one.authenticators.find(totp.id)).toMatchObject({ secret: { usedStep: 2 } });
});

test('authenticators.update() changes what it names and nothing else', async () => {
  const tenant = await stores.createTenant();
  const { authenticators } = tenant;
  const { user } = await createUser(tenant);
  const totp = await authenticators.create(sampleTotp(user.userId, { isConfirmed: false }));
  const lastUsedAt = new Date('2026-11-21T10:00:00.000Z');
  expect(await authenticators.update(totp.id, { isConfirmed: true, lastUsedAt })).toEqual({
    ...totp,
    isConfirmed: true,
    lastUsedAt,
  });
  expect(await authenticators.update('totp|dev_none', { name: 'x' })).toBeUndefined();
});

test('authenticators end by delete(), deleteForUser(), and with their user', async () => {
  const tenant = await stores.createTenant();
  const { authenticators } = tenant;
  const { user } = await createUser(tenant);
  const create = () => authenticators.create(sampleTotp(user.userId));
  const { id } = await create();
  expect(await authenticators.delete(id)).toBe(true);
  expect(await authenticators.delete(id)).toBe(false);
  await create();
  await create();
  expect(await authenticators.deleteForUser(user.userId)).toBe(2);
  await create();
  await tenant.users.delete(user.userId);
  expect(await authenticators.listForUser(user.userId)).toEqual([]);
});

test('authenticators of another tenant are not found, changed or deleted', async () => {
  const tenant = await stores.createTenant();
  const { authenticators } = tenant;
  const { authenticators: others } = await stores.createTenant();
  const { user } = await createUser(tenant);
  const { id } = await authenticators.create(sampleTotp(user.userId));
  expect(await others.find(id)).toBeUndefined();
  expect(await others.listForUser(user.userId)).toEqual([]);
  expect(await others.update(id, { name: 'x' })).toBeUndefined();
  expect(await others.delete(id)).toBe(false);
  expect(await others.deleteForUser(user.userId)).toBe(0);
});

test('a reader of the database sees no secrets of authenticators and no ids of browsers', async () => {
  const tenant = await stores.createTenant();
  const { user } = await createUser(tenant);
  await tenant.authenticators.create(sampleTotp(user.userId));
  const at = new Date();
  const facts = { userId: user.userId, firstSeenAt: at, lastSeenAt: at };
  await tenant.userDevices.save({ ...facts, deviceId: 'browser-secret' });
  const { rows } = await tenant.transaction((tx) =>
    tx.sql.executeSql(
      "SELECT a::text || d::text || encode(d.device_hash, 'escape') AS text FROM authenticators a, user_devices d WHERE a.tenant_id = $1 AND d.tenant_id = $1",
      [tenant.tenantId],
    ),
  );
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toMatch(/JBSWY3DPEHPK3PXP|browser-secret/);
});
