import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { migrateDatabase, openStore } from '@tessera/storage';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createLogRecorder } from './launcher-fixture.ts';
import { openStorePerFile } from './open-store-per-file.ts';
import { sampleExecution } from './samples.ts';

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

/** Brings a database to where a former release left it: its first migrations only. */
async function migrateTo(connection: pg.ClientConfig, lastTag: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-migrations-'));
  await cp(join(PACKAGE, 'migrations'), folder, { recursive: true });
  const file = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(file, 'utf8'));
  const count = journal.entries.findIndex(({ tag }: { tag: string }) => tag === lastTag) + 1;
  expect(count).toBeGreaterThan(0);
  journal.entries.length = count;
  await writeFile(file, JSON.stringify(journal));
  const client = new pg.Client(connection);
  await client.connect();
  await migrate(drizzle({ client }), { migrationsFolder: folder });
  await client.end();
  await rm(folder, { recursive: true });
}

/** What the first release wrote: an action that serves, a finished run and a suspended one. */
const FIRST_RELEASE = `
  INSERT INTO tenants (id, name, is_default, settings) VALUES ('t', 'main', true, '{}');
  INSERT INTO actions (tenant_id, id, name, code, dependencies, runtime, supported_triggers, status,
      diagnostics, draft_revision, deployed_version_id)
    VALUES ('t', 'a', 'Old', 'old', '[]', 'node24', '[{"id":"post-login","version":"v3"}]', 'built',
      '[]', 1, 'v');
  INSERT INTO action_versions (tenant_id, id, action_id, number, code, dependencies, runtime,
      supported_triggers, status, artifact_hash)
    VALUES ('t', 'v', 'a', 1, 'old', '[]', 'node24', '[{"id":"post-login","version":"v3"}]', 'built',
      'hash');
  INSERT INTO executions (tenant_id, id, trigger_id, status, results, created_at, updated_at)
    VALUES ('t', 'done', 'post-login', 'final', '[]', '2026-11-21T10:00Z', '2026-11-21T10:00Z'),
      ('t', 'waits', 'post-login', 'suspended', '[]', '2026-11-21T10:00Z', '2026-11-21T10:00Z');`;

test('openStore() takes over what the first release left behind', async () => {
  await using database = await openEmptyDatabase();
  const { connection } = database;
  await migrateTo(connection, '0002_follow-changed-audience');
  await query(connection, FIRST_RELEASE);
  const store = await openStore({ connection, masterKey: randomBytes(32), logger, poolSize: 2 });
  const tenant = store.tenant('t');
  const action = await tenant.actions.find('a');
  expect(action).toMatchObject({ name: 'Old', code: 'old', secrets: [] });
  const version = await tenant.actions.findVersion('a', 'v');
  expect(version).toMatchObject({ number: 1, artifactHash: 'hash' });
  for (const content of [action, version]) {
    expect(content).not.toHaveProperty('modules');
    expect(content).not.toHaveProperty('egress');
  }

  // A reader of the feed hears of the run that goes on, not of those before.
  const head = await tenant.executions.findHead();
  expect((await tenant.executions.listChanges(head, 10)).changes).toEqual([]);
  const before = await tenant.executions.find('waits');
  expect(before).toMatchObject({ status: 'suspended', results: [] });
  const { results } = sampleExecution();
  await tenant.executions.save({ ...sampleExecution(before), status: 'final', results });
  const listNew = async () =>
    (await tenant.executions.listChanges(head, 10)).changes.map(({ execution, parts }) => ({
      id: execution.id,
      results: execution.results.length,
      parts: parts.map((part) => part.results),
    }));
  const told = { id: 'waits', results: results.length, parts: [0] };
  await expect.poll(listNew, { timeout: 20_000 }).toEqual([told]);
  await store.close();
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
