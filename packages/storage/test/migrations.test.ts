import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { migrateDatabase, openStore } from '@tessera/storage';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createLogRecorder } from './launcher-fixture.ts';
import { openStorePerFile } from './open-store-per-file.ts';

const stores = openStorePerFile('migrations');
const { logger } = createLogRecorder();
const PACKAGE = resolve(import.meta.dirname, '..');

async function query<Row extends pg.QueryResultRow>(connection: pg.ClientConfig, text: string) {
  const client = new pg.Client(connection);
  await client.connect();
  const { rows } = await client.query<Row>(text);
  await client.end();
  return rows;
}

/** A database without a single table. */
async function openEmptyDatabase() {
  const { connection } = stores.get();
  const database = `t_empty_${randomBytes(6).toString('hex')}`;
  await query(connection, `CREATE DATABASE ${database}`);
  return {
    connection: { ...connection, database },
    [Symbol.asyncDispose]: async () => {
      await query(connection, `DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}

test('openStore() of many replicas at once migrates an empty database once', async () => {
  await using database = await openEmptyDatabase();
  const { connection } = database;
  const masterKey = randomBytes(32);
  const replicas = await Promise.all(
    Array.from({ length: 4 }, () => openStore({ connection, masterKey, logger, poolSize: 2 })),
  );
  for (const replica of replicas) expect(await replica.tenants.list()).toEqual([]);
  await Promise.all(replicas.map((replica) => replica.close()));
  const applied = await query(connection, 'SELECT hash FROM drizzle.__drizzle_migrations');
  const files = (await readdir(join(PACKAGE, 'migrations'))).filter((name) =>
    name.endsWith('.sql'),
  );
  expect(applied).toHaveLength(files.length);
});

test('migrateDatabase() refuses a database that a newer release migrated', async () => {
  await using database = await openEmptyDatabase();
  const { connection } = database;
  await migrateDatabase({ connection, logger });
  await query(
    connection,
    `INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('future', 99999999999999)`,
  );
  await expect(migrateDatabase({ connection, logger })).rejects.toMatchObject({
    code: 'database_unavailable',
    message: expect.stringContaining('newer release'),
  });
});

test('every table of tenants begins its key with the tenant, and goes with it', async () => {
  const { connection } = stores.get();
  const tables = await query<{ name: string; key: string; ondelete: string | null }>(
    connection,
    `SELECT c.relname AS name, a.attname AS key,
       (SELECT f.confdeltype FROM pg_constraint f JOIN pg_attribute fa
          ON fa.attrelid = f.conrelid AND fa.attnum = f.conkey[1]
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid = 'tenants'::regclass
          AND fa.attname = 'tenant_id') AS ondelete
     FROM pg_class c JOIN pg_constraint p ON p.conrelid = c.oid AND p.contype = 'p'
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.conkey[1]
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'`,
  );
  const shared = ['tenants', 'rate_limits', 'master_keys'];
  const owned = tables.filter(({ name }) => !shared.includes(name));
  expect(owned.length).toBeGreaterThan(18);
  for (const table of owned) expect(table).toMatchObject({ key: 'tenant_id', ondelete: 'c' });
});

test('the migrations are those of the schema', async () => {
  const out = await mkdtemp(join(tmpdir(), 'tessera-migrations-'));
  await cp(join(PACKAGE, 'migrations'), out, { recursive: true });
  const before = await readdir(out);
  const kit = resolve(PACKAGE, '../../node_modules/drizzle-kit/bin.cjs');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      kit,
      'generate',
      '--dialect=postgresql',
      '--schema=src/schema/index.ts',
      `--out=${relative(PACKAGE, out)}`,
    ],
    // drizzle-kit takes paths below its folder only.
    { cwd: PACKAGE },
  );
  expect(stdout).toContain('No schema changes');
  expect(await readdir(out)).toEqual(before);
  await rm(out, { recursive: true });
});
