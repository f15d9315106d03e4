import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataDirectory } from './data-directory.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { isAlive, SERVER_ENVIRONMENT } from './process-state.ts';
import { SOCKET_PORT } from './socket-directory.ts';

/** The main process of a server, as its own file `postmaster.pid` describes it. */
export interface Postmaster {
  readonly pid: number;
  readonly socketDirectory: string;
}

/**
 * Small, durable, and silent about data: errors (which quote values) are not logged, only what the server
 * itself has to say.
 */
const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '64MB',
  // The kernel's shared memory may be tiny in containers.
  dynamic_shared_memory_type: 'mmap',
  io_method: 'sync',
  max_wal_size: '512MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
  log_statement: 'none',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_error_verbosity: 'terse',
};

export interface SpawnOptions {
  readonly socketDirectory: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Starts a server. It outlives this process: the next start adopts it. */
export async function spawnPostmaster(
  { cluster, logFile, account }: DataDirectory,
  { postgres }: PostgresBinaries,
  options: SpawnOptions,
): Promise<ChildProcess> {
  const settings = {
    ...SERVER_SETTINGS,
    ...options.settings,
    unix_socket_directories: options.socketDirectory,
    port: String(SOCKET_PORT),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = await open(logFile, 'a', 0o640);
  try {
    const child = spawn(postgres, ['-D', cluster, ...args], {
      ...account,
      cwd: cluster,
      env: SERVER_ENVIRONMENT,
      // Ctrl-C in a terminal reaches the whole group; the server must outlive our last statement.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn');
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

/** The running or crashed server of a cluster; undefined after a clean stop. */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , , socketDirectory] = text.split('\n');
  if (pid === undefined || !/^\d+$/.test(pid) || !socketDirectory) return undefined;
  return { pid: Number(pid), socketDirectory };
}

/** A fast shutdown takes one checkpoint; after this long, in ms, the server is told to drop everything. */
const FAST_SHUTDOWN_MS = 30_000;
const POLL_MS = 10;

/** Ends the server: open transactions are rolled back, everything committed is on disk. */
export async function stopPostmaster(pid: number, child: ChildProcess | undefined): Promise<void> {
  const isGone = () =>
    child === undefined ? !isAlive(pid) : child.exitCode !== null || child.signalCode !== null;
  child?.ref();
  if (!isGone()) signal(pid, 'SIGINT');
  const deadline = Date.now() + FAST_SHUTDOWN_MS;
  while (!isGone() && Date.now() < deadline) await sleep(POLL_MS);
  if (!isGone()) signal(pid, 'SIGQUIT');
  while (!isGone()) await sleep(POLL_MS);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
