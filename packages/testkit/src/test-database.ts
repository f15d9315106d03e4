import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, migrateDatabase, startEmbeddedPostgres } from '@tessera/storage';
import pg from 'pg';
import { silentLogger } from './silent-logger.ts';

/** Migrated once; each test's database is a copy of it. */
export const TEMPLATE_DATABASE = 'tessera_template';

/** Room for the stores of several test files at once; nothing has to survive the run. */
const TEST_SETTINGS = {
  max_connections: '300',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

/** The server of a test run. */
export type TestDatabase = Pick<EmbeddedPostgres, 'connection' | 'stop'>;

/** A server in a directory of its own, with the template in place. */
export async function startTestDatabase(): Promise<TestDatabase> {
  await removeAbandoned();
  const dataDir = await mkdtemp(join(tmpdir(), `tessera-test-${process.pid}-`));
  // As root the server runs as another user, who has to get there.
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir,
    logger: silentLogger,
    settings: TEST_SETTINGS,
  });
  await runStatement(server.connection, `CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await migrateDatabase({
    connection: { ...server.connection, database: TEMPLATE_DATABASE },
    logger: silentLogger,
  });
  return {
    connection: server.connection,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Ends and removes the servers of runs that were killed: they outlive their process by design. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = /^tessera-test-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const dataDir = join(tmpdir(), name);
    try {
      const server = await startEmbeddedPostgres({ dataDir, logger: silentLogger });
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    } catch {
      // Another run is at it already.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Runs one statement on a connection of its own; `CREATE DATABASE` must not be in a transaction. */
export async function runStatement(connection: pg.ClientConfig, text: string): Promise<void> {
  const client = new pg.Client({ ...connection, database: 'postgres' });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
