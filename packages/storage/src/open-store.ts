import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppError,
  type Logger,
  type Store,
  type StoreChange,
  type TenantStore,
} from '@tessera/model';
import type pg from 'pg';
import { openChangeFeed } from './cache/change-feed.ts';
import { EntityCache, type EntityCacheOptions } from './cache/entity-cache.ts';
import { LruMap } from './cache/lru-map.ts';
import { explainStartFailure } from './database/explain-start-failure.ts';
import { GroupCommit } from './database/group-commit.ts';
import { guardMethods } from './database/guard-methods.ts';
import { mapDatabaseError } from './database/map-database-error.ts';
import { migrateDatabase } from './database/migrate.ts';
import { connectionSettings, createPool, type PoolOptions } from './database/pool.ts';
import { createReadLine, type ReadLine } from './database/read-line.ts';
import { createPoolSession, type Session } from './database/session.ts';
import { lockInTransaction } from './database/transaction-lock.ts';
import type { StoreContext } from './repositories/context.ts';
import { writeExecutions } from './repositories/execution-repository.ts';
import { createLogIdSource } from './repositories/log-id-source.ts';
import { createRateLimitStore } from './repositories/rate-limit-store.ts';
import { createTenantRepository, TENANT_KINDS } from './repositories/tenant-repository.ts';
import { createTenantStore } from './repositories/tenant-store.ts';
import { writeTogether } from './repositories/write-together.ts';
import { masterKeys } from './schema/index.ts';
import { createArtefactSeal } from './secrets/artefact-seal.ts';
import { createSecretBox, type SecretBox } from './secrets/secret-box.ts';

/** The database: where it is, or its URL. */
export type DatabaseAddress =
  | { readonly connection: pg.ClientConfig }
  | { readonly databaseUrl: string };

export type OpenStoreOptions = DatabaseAddress &
  Omit<PoolOptions, 'connection'> & {
    /** 32 bytes that encrypt the secrets at rest. The same for all replicas, for ever. */
    readonly masterKey: Uint8Array;
    readonly logger: Logger;
    readonly cache?: EntityCacheOptions;
    /** Skips the migrations: the caller knows that the schema is current. */
    readonly skipMigrations?: boolean;
  };

/** How long connections may take to close, in ms. */
const GOODBYE_MS = 5_000;
/** Requests whose artefacts and log entries one statement writes: some kilobytes each. */
const MAX_WRITES_TOGETHER = 100;
/** Tenants whose repositories are kept at hand. */
const MAX_OPEN_TENANTS = 1_000;

/**
 * Connects, migrates, and listens for changes. Rejects with `database_unavailable` when the database does
 * not answer, or was written with another master key.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const poolOptions: PoolOptions = { ...options, connection: connectionOf(options) };
  const secrets = createSecretBox(options.masterKey);
  try {
    if (options.skipMigrations !== true) await migrateDatabase(poolOptions);
    return await connectStore(options, poolOptions, secrets);
  } catch (error) {
    throw explainStartFailure(error, poolOptions.connection);
  }
}

async function connectStore(
  options: OpenStoreOptions,
  poolOptions: PoolOptions,
  secrets: SecretBox,
): Promise<Store> {
  const cache = new EntityCache(options.cache);
  const pool = createPool(poolOptions);
  const readLine = createReadLine(connectionSettings(poolOptions));
  const session = createPoolSession({ pool, readLine }, (change) => cache.invalidate(change));
  const listeners = new Set<(change: StoreChange) => void>();
  const notify = (change: StoreChange) => {
    cache.invalidate(change);
    for (const listener of listeners) callListener(listener, change, options.logger);
  };
  try {
    await checkMasterKey(session, secrets.keyId);
    const context = createContext(session, { cache, secrets, masterKey: options.masterKey });
    const tenants = guardMethods(createTenantRepository(session, cache));
    const feed = await openChangeFeed({
      settings: connectionSettings(poolOptions),
      logger: options.logger,
      onChange: notify,
      onGap: () => {
        cache.clear();
        void announceEverything(tenants, notify, options.logger);
      },
    });
    return createStore({ pool, readLine, session, context, tenants, feed, listeners });
  } catch (error) {
    await Promise.all([readLine.close(), pool.end()]);
    throw error;
  }
}

/** A listener that throws must not end the process, nor keep the change from the others. */
function callListener(
  listener: (change: StoreChange) => void,
  change: StoreChange,
  logger: Logger,
): void {
  try {
    listener(change);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.error({ reason, kind: change.kind }, 'a listener to changes failed');
  }
}

interface StoreParts {
  readonly pool: pg.Pool;
  readonly readLine: ReadLine;
  readonly session: Session;
  readonly context: StoreContext;
  readonly tenants: Store['tenants'];
  readonly feed: { close(): Promise<void> };
  readonly listeners: Set<(change: StoreChange) => void>;
}

function createStore(parts: StoreParts): Store {
  const { pool, readLine, session, context, tenants, feed, listeners } = parts;
  const tenantStores = new LruMap<TenantStore>(MAX_OPEN_TENANTS);
  let closing: Promise<void> | undefined;
  const close = async () => {
    await context.executions.idle();
    await context.writes.idle();
    // A server that vanished without a word never answers a goodbye.
    const goodbye = Promise.all([feed.close(), readLine.close(), pool.end()]);
    await Promise.race([goodbye, sleep(GOODBYE_MS, undefined, { ref: false })]);
  };

  return {
    tenants,
    tenant: (tenantId) => {
      const known = tenantStores.get(tenantId);
      if (known !== undefined) return known;
      const opened = createTenantStore({ ...context, tenantId, session });
      tenantStores.set(tenantId, opened);
      return opened;
    },
    rateLimits: guardMethods(createRateLimitStore(pool)),
    onChange: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    ...guardMethods({
      ping: async () => {
        await session.db.execute('select 1');
      },
      close: () => {
        closing ??= close();
        return closing;
      },
    }),
  };
}

function createContext(
  session: Session,
  {
    cache,
    secrets,
    masterKey,
  }: {
    readonly cache: EntityCache;
    readonly secrets: SecretBox;
    readonly masterKey: Uint8Array;
  },
): StoreContext {
  // Mapped inside, so that the group knows which failures concern one item and which concern all.
  const mapped = async (written: Promise<void>) => {
    try {
      await written;
    } catch (error) {
      throw mapDatabaseError(error);
    }
  };
  return {
    cache,
    secrets,
    seal: createArtefactSeal(masterKey),
    executions: new GroupCommit({ write: (items) => mapped(writeExecutions(session, items)) }),
    writes: new GroupCommit({
      write: (items) => mapped(writeTogether(session, items)),
      maxItems: MAX_WRITES_TOGETHER,
    }),
    nextLogId: createLogIdSource(),
  };
}

/** Refuses a master key that this database was not written with: everything secret would be unreadable. */
function checkMasterKey(session: Session, keyId: string): Promise<void> {
  return session.transaction(async (tx) => {
    // Of two first starts with different keys only one may win.
    await lockInTransaction(tx, ['master_keys']);
    const known = await tx.db.select({ keyId: masterKeys.keyId }).from(masterKeys);
    if (known.length === 0) await tx.db.insert(masterKeys).values({ keyId });
    else if (!known.some((key) => key.keyId === keyId)) {
      throw new AppError(
        'database_unavailable',
        'The database was written with another master key. Give this process the key that its data was encrypted with.',
        { detail: `key ${keyId}, expected ${known.map((key) => key.keyId).join(' or ')}` },
      );
    }
  });
}

/** After a gap in the notifications: any kind of any tenant may have changed. */
async function announceEverything(
  tenants: Store['tenants'],
  notify: (change: StoreChange) => void,
  logger: Logger,
): Promise<void> {
  try {
    for (const { id: tenantId } of await tenants.list()) {
      for (const kind of TENANT_KINDS) notify({ tenantId, kind });
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({ reason }, 'listeners could not be told what may have changed');
  }
}

function connectionOf(address: DatabaseAddress): pg.ClientConfig {
  return 'connection' in address ? address.connection : { connectionString: address.databaseUrl };
}
