import { randomUUID } from 'node:crypto';
import { AppError, type Store, type TenantStore } from '@tessera/model';
import { openStore } from '@tessera/storage';
import { createTestTenant } from '@tessera/testkit';
import pg from 'pg';
import { expect, test } from 'vitest';
import { openCuttingProxy } from './cutting-proxy.ts';
import { createLogRecorder } from './launcher-fixture.ts';
import { openStorePerFile } from './open-store-per-file.ts';
import {
  createDeployedAction,
  createUser,
  firstPage,
  sampleApi,
  sampleBinding,
  sampleClient,
  sampleExecution,
  sampleLogEntry,
  sampleSigningKey,
} from './samples.ts';

const stores = openStorePerFile('failures');
const { logger } = createLogRecorder();

/** A store that reaches the database through a proxy, and a tenant in it. */
async function openThroughProxy(options: object = {}) {
  const { connection, masterKey, store } = stores.get();
  const proxy = await openCuttingProxy(connection);
  const proxied = await openStore({
    connection: proxy.connection,
    masterKey,
    logger,
    poolSize: 2,
    skipMigrations: true,
    ...options,
  });
  const { id } = await createTestTenant(store, `t-${randomUUID()}`);
  const close = async () => {
    await proxied.close();
    await proxy[Symbol.asyncDispose]();
  };
  return { proxy, store: proxied, tenant: proxied.tenant(id), [Symbol.asyncDispose]: close };
}

type Operation = (tenant: TenantStore, store: Store) => Promise<unknown>;

const OPERATIONS: readonly (readonly [name: string, operation: Operation])[] = [
  ['a read', (tenant) => tenant.clients.list(firstPage)],
  ['a cached read', (tenant) => tenant.clients.find(randomUUID())],
  ['a write', (tenant) => tenant.clients.create(sampleClient())],
  ['a deletion', (tenant) => tenant.users.delete('auth0|none')],
  ['a deployment', (tenant) => createDeployedAction(tenant)],
  [
    'a rotation',
    async (tenant) => {
      await tenant.signingKeys.create(sampleSigningKey({ state: 'next' })).catch(ignoreConflict);
      await tenant.signingKeys.rotate(sampleSigningKey({ state: 'next' }));
    },
  ],
  ['a named statement', (tenant) => tenant.oidcModels.upsert('Session', 's', {}, 60)],
  ['a read of a person', (tenant) => tenant.users.find('auth0|none')],
  [
    'many reads at once',
    (tenant) =>
      Promise.all(Array.from({ length: 10 }, () => tenant.oidcModels.find('Session', 's'))),
  ],
  ['a consumption', (tenant) => tenant.oidcModels.consume('Session', 's')],
  ['a grouped execution', (tenant) => tenant.executions.save(sampleExecution())],
  ['a grouped log entry', (tenant) => tenant.logs.append(sampleLogEntry(), sampleLogEntry())],
  ['a rate limit', (_, store) => store.rateLimits.consume('key', 60)],
  [
    'a transaction',
    (tenant) =>
      tenant.transaction(async (tx) => {
        await tx.logs.append(sampleLogEntry());
        await tx.sql.executeSql('SELECT 1');
        await tx.executions.save(sampleExecution());
      }),
  ],
  ['a ping', (_, store) => store.ping()],
];

function ignoreConflict(error: unknown): void {
  if (!(error instanceof AppError && error.code === 'conflict')) throw error;
}

test.for(OPERATIONS)(
  '%s whose connection is lost at any statement ends in database_unavailable',
  async ([, operation]) => {
    await using opened = await openThroughProxy();
    const { proxy, store, tenant } = opened;
    await operation(tenant, store);
    for (let message = 1; ; message += 1) {
      proxy.cutAtMessage(message);
      const outcome = await operation(tenant, store).catch((error: unknown) => error);
      if (!proxy.hasCut) break;
      expect(outcome, `cut at message ${message}`).toBeInstanceOf(AppError);
      expect(outcome).toMatchObject({ code: 'database_unavailable', status: 503 });
      // The very next call works.
      await operation(tenant, store);
    }
  },
);

test('a full disk is told as such, and writing goes on when there is space again', async () => {
  const { connection, store } = stores.get();
  const { id } = await createTestTenant(store, `t-${randomUUID()}`);
  const client = new pg.Client(connection);
  await client.connect();
  // What PostgreSQL answers when a file cannot be extended.
  await client.query(`
    CREATE FUNCTION refuse_space() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER refuse_space BEFORE INSERT ON clients FOR EACH ROW EXECUTE FUNCTION refuse_space()`);
  const refused = await store.tenant(id).clients.create(sampleClient()).catch(String);
  await client.query('DROP FUNCTION refuse_space CASCADE');
  await client.end();
  expect(refused).toContain('The disk of the database is full.');
  expect(await store.tenant(id).clients.create(sampleClient())).toBeDefined();
});

test('a database that swallows everything ends in database_unavailable, not in waiting', async () => {
  await using opened = await openThroughProxy({ statementTimeoutMs: 50, connectTimeoutMs: 300 });
  const { proxy, store, tenant } = opened;
  proxy.block();
  const calls = [
    store.ping(),
    tenant.clients.list(firstPage),
    tenant.users.find('auth0|none'),
    tenant.logs.append(sampleLogEntry()),
  ];
  for (const outcome of await Promise.allSettled(calls)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'database_unavailable' } });
  }
  proxy.unblock();
  proxy.cut();
  await store.ping();
});

test('a statement that runs too long is ended by the server', async () => {
  await using opened = await openThroughProxy({ statementTimeoutMs: 100 });
  const sleep = opened.tenant.transaction((tx) => tx.sql.executeSql('SELECT pg_sleep(30)'));
  await expect(sleep).rejects.toMatchObject({ code: 'database_unavailable', detail: '57014' });
});

test('a backend that is terminated between two statements costs one transaction', async () => {
  const {
    connection,
    store,
    tenant: { id },
  } = stores.get();
  const tenant = store.tenant(id);
  const killer = new pg.Client(connection);
  await killer.connect();
  const broken = tenant.transaction(async (tx) => {
    const { rows } = await tx.sql.executeSql('SELECT pg_backend_pid() AS pid');
    const [{ pid }] = rows as [{ pid: number }];
    await killer.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
    await tx.logs.append(sampleLogEntry());
  });
  await expect(broken).rejects.toMatchObject({ code: 'database_unavailable' });
  await killer.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
    [connection.database],
  );
  await killer.end();
  // Some idle connections may not know yet that they are gone; none of them ends the process.
  for (let attempt = 0; attempt < 8; attempt += 1) await store.ping().catch(() => undefined);
  await store.ping();
});

test('a transaction whose work swallows a failed statement is rolled back, and says so', async () => {
  const tenant = await stores.createTenant();
  const client = sampleClient();
  await tenant.clients.create(client);
  const swallowing = tenant.transaction(async (tx) => {
    await tx.logs.append(sampleLogEntry());
    await tx.clients.create(client).catch(() => undefined);
  });
  await expect(swallowing).rejects.toThrow(/rolled back/);
  expect((await tenant.logs.list(firstPage)).total).toBe(0);
});

test('transaction() cannot be nested', async () => {
  const tenant = await stores.createTenant();
  await expect(tenant.transaction((tx) => tx.transaction(async () => 1))).rejects.toThrow(/nested/);
});

test('a refused statement does not cost its connection', async () => {
  await using opened = await openThroughProxy({ poolSize: 1 });
  const { tenant } = opened;
  const pid = () =>
    tenant.transaction(async (tx) => (await tx.sql.executeSql('SELECT pg_backend_pid()')).rows);
  const before = await pid();
  const { connection } = await createUser(tenant, { email: 'taken@example.com' });
  const { user } = { user: { email: 'taken@example.com' } };
  const identity = { connection: connection.name, provider: 'auth0', userId: 'x', isSocial: false };
  const again = tenant.users.create({
    ...{
      userId: 'auth0|x',
      emailVerified: false,
      blocked: false,
      userMetadata: {},
      appMetadata: {},
    },
    ...user,
    identities: [identity],
  });
  await expect(again).rejects.toMatchObject({ code: 'user_exists' });
  expect(await pid()).toEqual(before);
});

test('errors never carry the values of the statement', async () => {
  const tenant = await stores.createTenant();
  const api = sampleApi({ identifier: 'planted-value' });
  await tenant.resourceServers.create(api);
  const attempts = [
    tenant.resourceServers.create({ ...api, id: 'planted-value' }),
    tenant.clients.create(sampleClient({ idTokenLifetimeSeconds: 1e15, name: 'planted-value' })),
    tenant.clients.create(sampleClient({ name: 'planted-value\0' })),
    stores.get().store.tenant('planted-value').logs.append(sampleLogEntry()),
    tenant.transaction((tx) => tx.sql.executeSql("SELECT 'planted-value'::int")),
    tenant.bindings.replace('planted-value', [sampleBinding('planted-value', 0)]),
  ];
  for (const outcome of await Promise.allSettled(attempts)) {
    if (outcome.status === 'fulfilled') throw new Error('each attempt must be refused');
    for (let error = outcome.reason; error !== undefined; error = error.cause) {
      expect(`${error.message} ${error.detail} ${JSON.stringify(error)}`).not.toContain(
        'planted-value',
      );
    }
  }
});

test.for([
  [
    'postgres://ada:hunter2@127.0.0.1:1/app',
    '"127.0.0.1:1/app" cannot be used: nothing listens there.',
  ],
  ['not a url', '(which is not a URL)'],
])('openStore() names a database that is not there: %s', async ([databaseUrl = '', text]) => {
  const { masterKey } = stores.get();
  const opening = openStore({ databaseUrl, masterKey, logger, connectTimeoutMs: 1_000 });
  await expect(opening).rejects.toMatchObject({ code: 'database_unavailable' });
  await expect(opening).rejects.toThrow(text);
  await expect(opening).rejects.not.toThrow(/hunter2|ada/);
});

test('openStore() names a database that does not exist', async () => {
  const { connection, masterKey } = stores.get();
  const opening = openStore({
    connection: { ...connection, database: 'nowhere' },
    masterKey,
    logger,
  });
  await expect(opening).rejects.toThrow(/\/nowhere" cannot be used: there is no such database\./);
});

test('close() waits for what is still being written', async () => {
  const {
    openReplica,
    tenant: { id },
  } = stores.get();
  const replica = await openReplica();
  const execution = sampleExecution();
  const saving = replica.tenant(id).executions.save(execution);
  await replica.close();
  await saving;
  expect(await stores.get().store.tenant(id).executions.find(execution.id)).toEqual(execution);
  await expect(replica.ping()).rejects.toMatchObject({ code: 'database_unavailable' });
});

test('close() does not wait for a database that vanished', async () => {
  const opened = await openThroughProxy({ statementTimeoutMs: 50 });
  await opened.store.ping();
  opened.proxy.block();
  await opened.store.close();
  await opened.proxy[Symbol.asyncDispose]();
});
