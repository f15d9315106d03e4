import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from '@tessera/model';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@tessera/storage';
import pg from 'pg';

export const isRoot = process.getuid?.() === 0;

/** A directory that every account reaches; removed at the end, with what a server put elsewhere. */
export async function openDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'tessera-launcher-'));
  await chmod(path, 0o755);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      const relocated = await readlink(join(path, 'relocated')).catch(() => undefined);
      if (relocated !== undefined) await rm(relocated, { recursive: true, force: true });
      await rm(path, { recursive: true, force: true });
    },
  };
}

let template: Promise<string> | undefined;

/** Like `openDirectory`, with a cluster that was started and stopped once: copying one beats making one. */
export async function openUsedDirectory() {
  template ??= createTemplate();
  const directory = await openDirectory();
  // Keeps the owner, unlike Node's own copy.
  execFileSync('cp', ['-a', join(await template, 'cluster'), directory.path]);
  return directory;
}

async function createTemplate(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'tessera-launcher-'));
  await chmod(path, 0o755);
  const { logger } = createLogRecorder();
  const server = await startEmbeddedPostgres({ dataDir: path, logger });
  await server.stop();
  return path;
}

export async function removeTemplate(): Promise<void> {
  if (template !== undefined) await rm(await template, { recursive: true });
}

interface LogLine {
  readonly level: keyof Logger;
  readonly fields: object;
  readonly message: string;
}

/** Remembers what was logged; `next` resolves at the first line with the text. */
export function createLogRecorder() {
  const lines: LogLine[] = [];
  const waiting: { text: string; resolve: () => void }[] = [];
  const record = (level: keyof Logger) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
    for (const { text, resolve } of waiting) if (message.includes(text)) resolve();
  };
  const logger: Logger = {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  };
  const next = (text: string) =>
    new Promise<void>((resolve) => {
      waiting.push({ text, resolve });
    });
  return { logger, lines, next };
}

export async function query<Row extends pg.QueryResultRow>(
  connection: EmbeddedPostgres['connection'],
  text: string,
): Promise<Row[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Stops a server when the test ends, however it ends. */
export function stopAtEnd(server: EmbeddedPostgres): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => server.stop() };
}

const STARTER = join(import.meta.dirname, 'start-server-process.ts');

/** Starts a server in a process of its own, which prints one line of JSON: the outcome. */
export async function startInProcess(dataDir: string, uid?: number) {
  const child = spawn(process.execPath, ['--conditions=source', STARTER, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {},
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const exited = once(child, 'exit');
  const [line] = await once(createInterface(child.stdout), 'line');
  const outcome: { readonly pid?: number; readonly adopted?: boolean; readonly error?: string } =
    JSON.parse(line);
  return {
    outcome,
    pid: child.pid ?? 0,
    end: async (signal: NodeJS.Signals) => {
      child.kill(signal);
      await exited;
    },
  };
}

/** Whether this machine lets us mount a small file system, to fill it. */
export function mountSmallDisk(path: string, sizeMb: number): Disposable | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0755`, 'tmpfs', path], {
      stdio: 'ignore',
    });
  } catch {
    return undefined;
  }
  return { [Symbol.dispose]: () => execFileSync('umount', [path]) };
}
