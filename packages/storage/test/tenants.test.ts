import { randomUUID } from 'node:crypto';
import { DEFAULT_TENANT_SETTINGS } from '@tessera/model';
import { createTestTenant } from '@tessera/testkit';
import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import { createUser, sampleLogEntry, sampleSigningKey } from './samples.ts';

const stores = openStorePerFile('tenants');

test('tenants finds by id, by name and the default one', async () => {
  const { store, tenant } = stores.get();
  const acme = await createTestTenant(store, 'acme');
  expect(await store.tenants.find(acme.id)).toEqual(acme);
  expect(await store.tenants.findByName('acme')).toEqual(acme);
  expect(await store.tenants.findDefault()).toEqual(tenant);
  expect(await store.tenants.find('none')).toBeUndefined();
  expect((await store.tenants.list()).slice(0, 2)).toEqual([tenant, acme]);
});

test('tenants.create() refuses a name that is taken, and a second default', async () => {
  const { store } = stores.get();
  const { name } = await createTestTenant(store, `t-${randomUUID()}`);
  await expect(createTestTenant(store, name)).rejects.toMatchObject({ code: 'tenant_exists' });
  await expect(createTestTenant(store, 'other', { isDefault: true })).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('tenants.updateSettings() merges', async () => {
  const { store } = stores.get();
  const { id } = await createTestTenant(store, `t-${randomUUID()}`);
  await store.tenants.find(id);
  await Promise.all([
    store.tenants.updateSettings(id, { friendlyName: 'Acme' }),
    store.tenants.updateSettings(id, { actionTimeoutMs: 5_000 }),
  ]);
  expect((await store.tenants.find(id))?.settings).toEqual({
    ...DEFAULT_TENANT_SETTINGS,
    friendlyName: 'Acme',
    actionTimeoutMs: 5_000,
  });
  expect(await store.tenants.updateSettings('none', {})).toBeUndefined();
});

test('tenants.delete() deletes every row of the tenant', async () => {
  const { store } = stores.get();
  const { id } = await createTestTenant(store, `t-${randomUUID()}`);
  const tenant = store.tenant(id);
  const { user } = await createUser(tenant);
  await tenant.logs.append(sampleLogEntry());
  await tenant.oidcModels.upsert('Session', 's', {}, 60);
  expect(await store.tenants.delete(id)).toBe(true);
  expect(await store.tenants.delete(id)).toBe(false);
  expect(await store.tenants.find(id)).toBeUndefined();
  expect(await tenant.users.find(user.userId)).toBeUndefined();
  await expect(tenant.logs.append(sampleLogEntry())).rejects.toMatchObject({
    code: 'tenant_not_found',
  });
  await expect(tenant.oidcModels.upsert('Session', 's', {}, 60)).rejects.toMatchObject({
    code: 'tenant_not_found',
  });
});

test('signingKeys.rotate() moves keys on and revoke() spares the ones in use', async () => {
  const tenant = await stores.createTenant();
  const [a, b, c] = [
    sampleSigningKey({ state: 'current' }),
    sampleSigningKey({ state: 'next' }),
    sampleSigningKey({ state: 'next' }),
  ];
  await tenant.signingKeys.create(b);
  await tenant.signingKeys.create(a);
  expect(await tenant.signingKeys.list()).toEqual([a, b]);
  await tenant.signingKeys.rotate(c);
  const states = async () =>
    (await tenant.signingKeys.list()).map(({ kid, state }) => `${kid} ${state}`);
  expect(await states()).toEqual([`${b.kid} current`, `${c.kid} next`, `${a.kid} previous`]);
  await expect(tenant.signingKeys.revoke(b.kid)).rejects.toMatchObject({ code: 'conflict' });
  expect(await tenant.signingKeys.revoke(a.kid)).toBe(true);
  expect(await tenant.signingKeys.revoke(a.kid)).toBe(false);
  expect(await states()).toEqual([`${b.kid} current`, `${c.kid} next`]);
});

test('signingKeys.rotate() of many at once leaves one current and one next key', async () => {
  const tenant = await stores.createTenant();
  await tenant.signingKeys.create(sampleSigningKey({ state: 'current' }));
  await tenant.signingKeys.create(sampleSigningKey({ state: 'next' }));
  await Promise.all(Array.from({ length: 5 }, () => tenant.signingKeys.rotate(sampleSigningKey())));
  const states = (await tenant.signingKeys.list()).map(({ state }) => state);
  expect(states).toEqual(['current', 'next', ...Array.from({ length: 5 }, () => 'previous')]);
});

test('signingKeys.create() refuses a second current key', async () => {
  const tenant = await stores.createTenant();
  await tenant.signingKeys.create(sampleSigningKey());
  await expect(tenant.signingKeys.create(sampleSigningKey())).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(tenant.signingKeys.rotate(sampleSigningKey())).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('rateLimits.consume() counts exactly, over replicas', async () => {
  const { store, openReplica } = stores.get();
  const replica = await openReplica();
  const key = `login ${randomUUID()}`;
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      (at % 2 === 0 ? store : replica).rateLimits.consume(key, 60),
    ),
  );
  expect(results.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, at) => at + 1),
  );
  for (const { resetsInMs } of results) {
    expect(resetsInMs).toBeGreaterThan(50_000);
    expect(resetsInMs).toBeLessThanOrEqual(60_000);
  }
  expect(await store.rateLimits.count(key)).toBe(50);
  await store.rateLimits.reset(key);
  expect(await store.rateLimits.count(key)).toBe(0);
  expect(await store.rateLimits.count('never seen')).toBe(0);
});
