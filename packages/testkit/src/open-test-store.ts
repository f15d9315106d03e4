import { randomBytes, randomUUID } from 'node:crypto';
import { DEFAULT_TENANT_SETTINGS, type Store, type Tenant } from '@tessera/model';
import { openStore } from '@tessera/storage';
import type pg from 'pg';
import { silentLogger } from './silent-logger.ts';
import {
  runStatement,
  startTestDatabase,
  TEMPLATE_DATABASE,
  type TestDatabase,
} from './test-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that all test files of a run share; see `vitest-global-setup.ts`. */
    readonly tesseraTestDatabase: ServerAddress;
  }
}

/** A store on a database of its own, with a default tenant. */
export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  /** The default tenant. */
  readonly tenant: Tenant;
  /** Where the database is, for `pg` and for further stores. */
  readonly connection: pg.ClientConfig & { readonly database: string };
  readonly masterKey: Uint8Array;
  /** Another replica: a further store on the same database. Closed with this one. */
  openReplica(): Promise<Store>;
}

/** Connections per store: tests are many, and each has a store. */
const POOL_SIZE = 8;
/** PostgreSQL cuts identifiers at 63 bytes. */
const MAX_NAME_LENGTH = 30;

/**
 * Opens a store on a fresh database. `name` becomes part of the database's name. Disposing closes the store
 * and drops the database.
 */
export async function openTestStore(name = 'test'): Promise<TestStore> {
  const server = await findServer();
  const database = databaseName(name);
  // Copying the files takes less than writing their blocks to the log one by one.
  await runStatement(
    server,
    `CREATE DATABASE ${database} TEMPLATE ${TEMPLATE_DATABASE} STRATEGY FILE_COPY`,
  );
  const connection = { ...server, database };
  const masterKey = randomBytes(32);
  const stores: Store[] = [];
  const openReplica = async () => {
    const store = await openStore({
      connection,
      masterKey,
      logger: silentLogger,
      poolSize: POOL_SIZE,
      skipMigrations: true,
    });
    stores.push(store);
    return store;
  };
  const store = await openReplica();
  const tenant = await createTestTenant(store, 'default', { isDefault: true });
  return {
    store,
    tenant,
    connection,
    masterKey,
    openReplica,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(stores.map((opened) => opened.close()));
      await runStatement(server, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    },
  };
}

/** Adds a tenant with default settings. */
export function createTestTenant(
  store: Store,
  name: string,
  { isDefault = false }: { readonly isDefault?: boolean } = {},
): Promise<Tenant> {
  return store.tenants.create({
    id: randomUUID(),
    name,
    isDefault,
    settings: DEFAULT_TENANT_SETTINGS,
  });
}

function databaseName(name: string): string {
  const label = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, MAX_NAME_LENGTH);
  return `t_${label}_${randomBytes(6).toString('hex')}`;
}

type ServerAddress = Pick<TestDatabase['connection'], 'host' | 'port' | 'user'>;

let ownServer: Promise<TestDatabase> | undefined;

/** The run's server where vitest's global setup ran; otherwise one of this process. */
async function findServer(): Promise<ServerAddress> {
  const provided = await findProvidedServer();
  if (provided !== undefined) return provided;
  ownServer ??= startOwnServer();
  return (await ownServer).connection;
}

async function findProvidedServer(): Promise<ServerAddress | undefined> {
  try {
    // Only inside of a test run does this module load.
    const { inject } = await import('vitest');
    return inject('tesseraTestDatabase');
  } catch {
    return undefined;
  }
}

async function startOwnServer(): Promise<TestDatabase> {
  const server = await startTestDatabase();
  process.once('beforeExit', () => void server.stop());
  return server;
}
