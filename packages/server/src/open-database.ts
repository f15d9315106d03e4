import { join } from 'node:path';
import type { Logger, Store } from '@tessera/model';
import {
  loadOrCreateMasterKey,
  openStore,
  readServerVersion,
  startEmbeddedPostgres,
} from '@tessera/storage';
import type { Config } from './config.ts';

/** The open database, and what else needs its address or its key. */
export interface Database {
  readonly store: Store;
  /** For other users of the same database (the job queue). */
  readonly address: { readonly connectionString: string } | EmbeddedAddress;
  readonly masterKey: Uint8Array;
  /** Of PostgreSQL, e.g. `18.4`. */
  readonly version: string;
}

type EmbeddedAddress = Awaited<ReturnType<typeof startEmbeddedPostgres>>['connection'];

export interface OpenDatabaseOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly progress: (line: string) => void;
  /** Ends what was started, in reverse order. */
  readonly teardown: AsyncDisposableStack;
}

/** Opens `DATABASE_URL`, or starts the embedded server and opens that. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { config, logger, teardown } = options;
  if (config.databaseUrl !== undefined) {
    options.progress('Connecting to PostgreSQL …');
    const masterKey = config.secretKey ?? (await loadOrCreateMasterKey(keyFile(config)));
    const store = await openStore({ databaseUrl: config.databaseUrl, masterKey, logger });
    teardown.defer(() => store.close());
    const address = { connectionString: config.databaseUrl };
    return { store, address, masterKey, version: await readServerVersion(address) };
  }
  options.progress('Starting the database …');
  const masterKey = config.secretKey ?? (await loadOrCreateMasterKey(keyFile(config)));
  const postgres = await startEmbeddedPostgres({
    dataDir: join(config.dataDir, 'postgres'),
    logger,
  });
  teardown.defer(() => postgres.stop());
  const { connection } = postgres;
  const store = await openStore({ connection, masterKey, logger });
  teardown.defer(() => store.close());
  return { store, address: connection, masterKey, version: await readServerVersion(connection) };
}

function keyFile(config: Config): string {
  return join(config.dataDir, 'secret.key');
}
