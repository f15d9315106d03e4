import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@tessera/model';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { connectionSettings, type PoolOptions } from './pool.ts';

/** `tess` in ASCII: any number, as long as all replicas use the same. */
const MIGRATION_LOCK = 0x74657373;

/** The same path from `src/` and from `dist/`: both are siblings of `migrations/`. */
const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * Brings the schema up to date. Any number of processes may call this at once: one migrates, the others
 * wait for it. All outstanding migrations are one transaction.
 */
export async function migrateDatabase(options: PoolOptions): Promise<void> {
  const client = new pg.Client({
    ...connectionSettings(options),
    // A migration of a large table may take long, and so does waiting for one.
    statement_timeout: 0,
    query_timeout: 0,
  });
  client.on('error', () => {
    // The statement in flight rejects; without a listener the process would end instead.
  });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseOldServer(client);
    await refuseNewerSchema(client);
    await migrate(drizzle({ client }), { migrationsFolder: MIGRATIONS_FOLDER });
  } finally {
    // Closing the connection gives the lock back, also after an error.
    await client.end();
  }
}

/** An older release on a newer schema would write what the newer one does not expect. */
async function refuseNewerSchema(client: pg.Client): Promise<void> {
  const table = await client.query("SELECT to_regclass('drizzle.__drizzle_migrations') AS name");
  if (table.rows[0]?.name === null) return;
  const { rows } = await client.query<{ newest: string | null }>(
    'SELECT max(created_at) AS newest FROM drizzle.__drizzle_migrations',
  );
  const journal = await readFile(join(MIGRATIONS_FOLDER, 'meta', '_journal.json'), 'utf8');
  const { entries }: { entries: readonly { readonly when: number }[] } = JSON.parse(journal);
  if (Number(rows[0]?.newest ?? 0) > (entries.at(-1)?.when ?? 0)) {
    throw new AppError(
      'database_unavailable',
      'The database was migrated by a newer release. Start that one, or restore a backup from before.',
    );
  }
}

/** PostgreSQL 14: the oldest that is still maintained. */
const OLDEST_SERVER = 140_000;

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  const version = Number(rows[0]?.server_version_num);
  if (version < OLDEST_SERVER) {
    throw new AppError(
      'database_unavailable',
      `PostgreSQL ${Math.floor(version / 10_000)} is too old; version 14 or newer is needed`,
    );
  }
}
