import type { ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DataDirectory } from './data-directory.ts';
import { SUPERUSER } from './initialize-cluster.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { type Postmaster, readPostmaster, spawnPostmaster } from './postmaster.ts';
import { isAlive } from './process-state.ts';
import { readLogFrom } from './server-log.ts';
import { openSocketDirectory, SOCKET_PORT } from './socket-directory.ts';
import { explainFailure, unavailable } from './unavailable.ts';

/** How often an answer is tried while the server starts, in ms. */
const POLL_MS = 10;
/** How long a process named in `postmaster.pid` may not answer before a start is tried all the same, in ms. */
const SILENT_SERVER_MS = 2_000;

export interface ReachedServer {
  readonly postmaster: Postmaster;
  /** Absent when the server was running before. */
  readonly child: ChildProcess | undefined;
}

/** Adopts the running server, or starts one; whichever answers first, when others try the same. */
export async function reachServer(
  directory: DataDirectory,
  binaries: PostgresBinaries,
  options: { readonly settings: Readonly<Record<string, string>>; readonly deadline: number },
): Promise<ReachedServer> {
  const socketDirectory = await openSocketDirectory(directory);
  const silentUntil = Date.now() + SILENT_SERVER_MS;
  let child: ChildProcess | undefined;
  let logOffset = 0;
  while (Date.now() < options.deadline) {
    const postmaster = await readPostmaster(directory.cluster);
    if (postmaster !== undefined && (await answers(postmaster))) {
      return { postmaster, child: child?.pid === postmaster.pid ? child : undefined };
    }
    if (child === undefined) {
      const mayStillStart = postmaster !== undefined && isAlive(postmaster.pid);
      if (!mayStillStart || Date.now() > silentUntil) {
        logOffset = await sizeOf(directory.logFile);
        child = await spawnPostmaster(directory, binaries, {
          socketDirectory,
          settings: options.settings,
        });
      }
    } else if (child.exitCode !== null || child.signalCode !== null) {
      await explainExit(directory, logOffset, Date.now() > silentUntil);
      child = undefined;
    }
    await sleep(POLL_MS);
  }
  throw unavailable(
    `The database in "${directory.path}" did not answer in time. Its log is "${directory.logFile}".`,
  );
}

/**
 * Returns when it is worth trying again: another starter was faster and its server can be waited for, or
 * processes of a killed server are still on their way out. Throws otherwise.
 */
async function explainExit(
  { path, cluster, logFile }: DataDirectory,
  from: number,
  isSilent: boolean,
): Promise<void> {
  const log = await readLogFrom(logFile, from);
  if (/pre-existing shared memory block .* is still in use/.test(log)) return;
  if (/lock file "[^"]*postmaster\.pid" (?:already exists|is empty)/.test(log)) {
    const other = await readPostmaster(cluster);
    if (!isSilent || other === undefined) return;
    throw unavailable(
      `The data directory "${path}" is locked by process ${other.pid}, which does not answer as its database. Stop that process; if it is not PostgreSQL, delete "${cluster}/postmaster.pid".`,
    );
  }
  const fatal = log.split('\n').find((line) => /FATAL|PANIC|error while loading/.test(line)) ?? '';
  const reason = fatal.replace(/^.*?(?:FATAL|PANIC): +/, '');
  throw unavailable(
    explainFailure(log, path) ??
      `The database in "${path}" did not start: ${reason} Its log is "${logFile}".`,
  );
}

/** Whether the server accepts statements: not while it starts, recovers or stops. */
async function answers(postmaster: Postmaster): Promise<boolean> {
  const client = new pg.Client({ ...addressOf(postmaster), connectionTimeoutMillis: 1_000 });
  client.on('error', () => {
    // Told by the rejection of `connect` or `query`.
  });
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') throw unavailable(permissionText(postmaster), error);
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function permissionText({ pid, socketDirectory }: Postmaster): string {
  return `The database runs as process ${pid}, and this user may not open its socket in "${socketDirectory}". Start as the user who started it.`;
}

/** Of the server, for `pg`. */
export function addressOf({ socketDirectory }: Postmaster) {
  return { host: socketDirectory, port: SOCKET_PORT, user: SUPERUSER, database: 'postgres' };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
