import { randomUUID } from 'node:crypto';
import type { Store, StoreChange, TenantStore } from '@tessera/model';
import { openStore } from '@tessera/storage';
import { createTestTenant } from '@tessera/testkit';
import pg from 'pg';
import { expect, test } from 'vitest';
import { EntityCache } from '../src/cache/entity-cache.ts';
import { createLogRecorder } from './launcher-fixture.ts';
import { openStorePerFile } from './open-store-per-file.ts';
import {
  createDeployedAction,
  firstPage,
  sampleApi,
  sampleBinding,
  sampleClient,
  sampleClientGrant,
  sampleConnection,
  sampleSigningKey,
} from './samples.ts';

const stores = openStorePerFile('caches');

/** Changes rows behind the back of every store: without the triggers that tell of changes. */
async function changeSilently(text: string, values: unknown[]): Promise<void> {
  const client = new pg.Client(stores.get().connection);
  await client.connect();
  await client.query('SET session_replication_role = replica');
  await client.query(text, values);
  await client.end();
}

/** Resolves when the store hears of the change. */
function heard(store: Store, expected: StoreChange): Promise<void> {
  return new Promise((resolve) => {
    const stop = store.onChange((change) => {
      if (change.tenantId !== expected.tenantId || change.kind !== expected.kind) return;
      stop();
      resolve();
    });
  });
}

/** Creates a client and reads it; no notification of its creation is under way any more. */
async function createCachedClient(tenant: TenantStore, reader = stores.get().store) {
  const told = heard(reader, { tenantId: tenant.tenantId, kind: 'clients' });
  const { clientId } = await tenant.clients.create(sampleClient({ name: 'first' }));
  await told;
  await reader.tenant(tenant.tenantId).clients.find(clientId);
  return clientId;
}

test('clients.find() is served from the cache until a change is told', async () => {
  const tenant = await stores.createTenant();
  const clientId = await createCachedClient(tenant);
  await changeSilently('UPDATE clients SET name = $1 WHERE client_id = $2', ['second', clientId]);
  expect((await tenant.clients.find(clientId))?.name).toBe('first');
  await tenant.clients.create(sampleClient());
  expect((await tenant.clients.find(clientId))?.name).toBe('second');
});

test('a change is seen by another replica as soon as it hears of it', async () => {
  const { store, openReplica } = stores.get();
  const tenant = await stores.createTenant();
  const replica = await openReplica();
  const clientId = await createCachedClient(tenant, replica);
  const elsewhere = replica.tenant(tenant.tenantId);
  expect((await elsewhere.clients.find(clientId))?.name).toBe('first');
  const told = heard(replica, { tenantId: tenant.tenantId, kind: 'clients' });
  const toldHere = heard(store, { tenantId: tenant.tenantId, kind: 'clients' });
  await tenant.clients.update(clientId, { name: 'second' });
  expect((await tenant.clients.find(clientId))?.name).toBe('second');
  await Promise.all([told, toldHere]);
  expect((await elsewhere.clients.find(clientId))?.name).toBe('second');
});

test('onChange() hears of every kind, cascades included', async () => {
  const { store } = stores.get();
  const { id } = await createTestTenant(store, `t-${randomUUID()}`);
  const tenant = store.tenant(id);
  const heardKinds = new Set<string>();
  const stop = store.onChange((change) => {
    if (change.tenantId === id) heardKinds.add(change.kind);
  });
  const last = (kind: StoreChange['kind']) => heard(store, { tenantId: id, kind });

  const { clientId } = await tenant.clients.create(sampleClient());
  const api = await tenant.resourceServers.create(sampleApi());
  await tenant.clientGrants.create(sampleClientGrant({ clientId, audience: api.identifier }));
  await tenant.connections.create(sampleConnection());
  await tenant.signingKeys.create(sampleSigningKey());
  const { action } = await createDeployedAction(tenant);
  await tenant.bindings.replace('post-login', [sampleBinding(action.id, 0)]);
  const roles = last('roles');
  await tenant.roles.create({ id: 'rol_1', name: 'admin' });
  await roles;
  const kinds = [
    'clients',
    'resourceServers',
    'clientGrants',
    'connections',
    'signingKeys',
    'bindings',
    'roles',
  ];
  for (const kind of kinds) expect(heardKinds).toContain(kind);

  heardKinds.clear();
  const gone = last('tenants');
  await store.tenants.delete(id);
  await gone;
  for (const kind of [...kinds, 'tenants']) expect(heardKinds).toContain(kind);
  stop();
});

test('a transaction reads past the cache, and its changes count from its commit on', async () => {
  const tenant = await stores.createTenant();
  const clientId = await createCachedClient(tenant);
  const rolledBack = tenant.transaction(async (tx) => {
    await tx.clients.update(clientId, { name: 'second' });
    expect((await tx.clients.find(clientId))?.name).toBe('second');
    expect((await tenant.clients.find(clientId))?.name).toBe('first');
    throw new Error('changed my mind');
  });
  await expect(rolledBack).rejects.toThrow('changed my mind');
  expect((await tenant.clients.find(clientId))?.name).toBe('first');
  await tenant.transaction((tx) => tx.clients.update(clientId, { name: 'third' }));
  expect((await tenant.clients.find(clientId))?.name).toBe('third');
});

test('after a gap in the notifications nothing stale is left, and listeners are told', async () => {
  const { connection, openReplica } = stores.get();
  const tenant = await stores.createTenant();
  const replica = await openReplica();
  const clientId = await createCachedClient(tenant, replica);
  const elsewhere = replica.tenant(tenant.tenantId);
  await changeSilently('UPDATE clients SET name = $1 WHERE client_id = $2', ['second', clientId]);
  expect((await elsewhere.clients.find(clientId))?.name).toBe('first');

  const told = heard(replica, { tenantId: tenant.tenantId, kind: 'clients' });
  const killer = new pg.Client(connection);
  await killer.connect();
  await killer.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = $1 AND query LIKE 'LISTEN%' OR query = 'SELECT 1'`,
    [connection.database],
  );
  await killer.end();
  await told;
  expect((await elsewhere.clients.find(clientId))?.name).toBe('second');
});

test('an entry is read anew when it is too old, whatever was told', async () => {
  const { connection, masterKey } = stores.get();
  const { logger } = createLogRecorder();
  let now = 0;
  const store = await openStore({
    connection,
    masterKey,
    logger,
    skipMigrations: true,
    cache: { maxAgeMs: 1_000, now: () => now },
  });
  const tenant = store.tenant((await stores.createTenant()).tenantId);
  const clientId = await createCachedClient(tenant, store);
  await changeSilently('UPDATE clients SET name = $1 WHERE client_id = $2', ['second', clientId]);
  now = 999;
  expect((await tenant.clients.find(clientId))?.name).toBe('first');
  now = 1_000;
  expect((await tenant.clients.find(clientId))?.name).toBe('second');
  await store.close();
});

test('a listener that throws keeps the change from nobody', async () => {
  const { store } = stores.get();
  const tenant = await stores.createTenant();
  const stop = store.onChange(() => {
    throw new Error('broken listener');
  });
  const told = heard(store, { tenantId: tenant.tenantId, kind: 'roles' });
  await tenant.roles.create({ id: 'rol_1', name: 'admin' });
  await told;
  stop();
});

test('garbage on the change channel is ignored', async () => {
  const { connection, store } = stores.get();
  const tenant = await stores.createTenant();
  const changes: StoreChange[] = [];
  const stop = store.onChange((change) => changes.push(change));
  const client = new pg.Client(connection);
  await client.connect();
  for (const payload of [
    '',
    'nonsense',
    '[]',
    'null',
    '{"tenantId":1,"kind":"clients"}',
    '{"tenantId":"x","kind":"y"}',
  ]) {
    await client.query('SELECT pg_notify($1, $2)', ['tessera_changes', payload]);
  }
  await client.end();
  const told = heard(store, { tenantId: tenant.tenantId, kind: 'roles' });
  await tenant.roles.create({ id: 'rol_1', name: 'admin' });
  await told;
  stop();
  expect(changes.every(({ tenantId }) => tenantId === tenant.tenantId)).toBe(true);
});

test('listBound() and the others are cached as well', async () => {
  const tenant = await stores.createTenant();
  const { clientId } = await tenant.clients.create(sampleClient());
  const api = await tenant.resourceServers.create(sampleApi());
  const grant = await tenant.clientGrants.create(
    sampleClientGrant({ clientId, audience: api.identifier }),
  );
  const connection = await tenant.connections.create(sampleConnection());
  await tenant.signingKeys.create(sampleSigningKey());
  const { action } = await createDeployedAction(tenant);
  await tenant.bindings.replace('post-login', [sampleBinding(action.id, 0)]);
  // Notifications come in order: with the last one, all have come.
  const told = heard(stores.get().store, { tenantId: tenant.tenantId, kind: 'roles' });
  await tenant.roles.create({ id: 'rol_1', name: 'admin' });
  await told;
  const readAll = async () => [
    await tenant.resourceServers.findByIdentifier(api.identifier),
    await tenant.clientGrants.findFor(clientId, grant.audience),
    await tenant.connections.find(connection.id),
    await tenant.connections.findByName(connection.name),
    await tenant.signingKeys.list(),
    await tenant.bindings.listBound('post-login'),
    await stores.get().store.tenants.find(tenant.tenantId),
  ];
  const before = await readAll();
  const { tenantId } = tenant;
  for (const table of [
    'resource_servers',
    'client_grants',
    'connections',
    'signing_keys',
    'bindings',
  ]) {
    await changeSilently(`DELETE FROM ${table} WHERE tenant_id = $1`, [tenantId]);
  }
  await changeSilently('DELETE FROM tenants WHERE id = $1', [tenantId]);
  expect(await readAll()).toEqual(before);
  expect((await tenant.connections.list(firstPage)).total).toBe(0);
});

test('EntityCache does not keep a reading that a change overtook', async () => {
  const cache = new EntityCache();
  const at = { tenantId: 't', kind: 'clients', key: 'c' } as const;
  const reading = cache.read(at, async () => {
    cache.invalidate({ tenantId: 't', kind: 'clients' });
    return 'old';
  });
  expect(await reading).toBe('old');
  expect(await cache.read(at, async () => 'new')).toBe('new');
  expect(await cache.read(at, async () => 'newer')).toBe('new');
});

test('EntityCache keeps kinds and tenants apart, and is bounded', async () => {
  const cache = new EntityCache({ maxEntries: 2 });
  let reads = 0;
  const read = (tenantId: string, key: string) =>
    cache.read({ tenantId, kind: 'clients', key }, async () => {
      reads += 1;
      return `${tenantId} ${key} ${reads}`;
    });
  await read('a', '1');
  cache.invalidate({ tenantId: 'b', kind: 'clients' });
  cache.invalidate({ tenantId: 'a', kind: 'roles' });
  expect(await read('a', '1')).toBe('a 1 1');
  await read('a', '2');
  await read('b', '1');
  expect(await read('a', '1')).toBe('a 1 4');
  for (let change = 0; change < 30_000; change += 1) {
    cache.invalidate({ tenantId: `t${change}`, kind: 'clients' });
  }
  await read('a', '1');
  expect(reads).toBe(5);
});
