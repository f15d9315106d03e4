import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type Logger } from '@tessera/model';
import { type DataDirectory, openDataDirectory } from './data-directory.ts';
import { initializeCluster } from './initialize-cluster.ts';
import { findBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { stopPostmaster } from './postmaster.ts';
import { addressOf, type ReachedServer, reachServer } from './reach-server.ts';
import { keepRotating, rotateLog } from './server-log.ts';
import { claimServer, type ServerOwner } from './server-owner.ts';
import { messageOf } from './unavailable.ts';

export interface EmbeddedPostgresOptions {
  /**
   * Holds the files of the database and its log, `postgres.log`, and nothing else: as root, it is handed to
   * the account that the server runs as. Made when absent.
   */
  readonly dataDir: string;
  readonly logger: Logger;
  /** How long the server may take until it answers, in ms (default 60,000): recovery after a crash takes time. */
  readonly startTimeoutMs?: number;
  /** Server parameters beside the built-in ones, e.g. `max_connections`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Folder with PostgreSQL's `bin`, `lib` and `share`; by default that of the npm package. */
  readonly nativeDir?: string;
}

/** A running server. */
export interface EmbeddedPostgres {
  /** For `pg`; stays the same when the server has to be restarted. The user may make further databases. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  /** It was running already: the process that started it was killed. */
  readonly adopted: boolean;
  /** Of the main process; another one after a restart. */
  readonly pid: number;
  /** Fast shutdown: rolls open transactions back and resolves when the server is gone. */
  stop(): Promise<void>;
}

const DEFAULT_START_TIMEOUT_MS = 60_000;
/** First and longest pause before a server that stopped by itself is started again, in ms. */
const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 10_000;

/**
 * Starts PostgreSQL from the npm package of this platform, reachable through a unix socket only. Rejects with
 * `database_unavailable`, naming cause and remedy. A server that dies later is started again.
 *
 * Of several processes on one data directory one gets the server; the others wait a few seconds and are
 * then told which process has it.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const directory = await openDataDirectory(options.dataDir, options.logger);
  const binaries = await findBinaries(directory, options.nativeDir);
  await initializeCluster(directory, binaries);
  await rotateLog(directory.logFile);
  const server = new SupervisedServer(options, directory, binaries);
  await server.start();
  return server;
}

class SupervisedServer implements EmbeddedPostgres {
  readonly #options: EmbeddedPostgresOptions;
  readonly #directory: DataDirectory;
  readonly #binaries: PostgresBinaries;
  #running: { readonly server: ReachedServer; readonly owner: ServerOwner } | undefined;
  #connection: EmbeddedPostgres['connection'] | undefined;
  #isAdopted = false;
  #stopRotating: () => void = () => undefined;
  #restarting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(
    options: EmbeddedPostgresOptions,
    directory: DataDirectory,
    binaries: PostgresBinaries,
  ) {
    this.#options = options;
    this.#directory = directory;
    this.#binaries = binaries;
  }

  get connection(): EmbeddedPostgres['connection'] {
    if (this.#connection === undefined) throw new Error('The server has not been started');
    return this.#connection;
  }

  get adopted(): boolean {
    return this.#isAdopted;
  }

  get pid(): number {
    return this.#running?.server.postmaster.pid ?? 0;
  }

  async start(): Promise<void> {
    await this.#reach();
    this.#isAdopted = this.#running?.server.child === undefined;
    this.#stopRotating = keepRotating(this.#directory.logFile);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #reach(): Promise<void> {
    const { startTimeoutMs = DEFAULT_START_TIMEOUT_MS, settings = {} } = this.#options;
    const deadline = Date.now() + startTimeoutMs;
    while (true) {
      const server = await reachServer(this.#directory, this.#binaries, { settings, deadline });
      const connection = addressOf(server.postmaster);
      const owner = await this.#claim(connection, deadline);
      if (owner === undefined) continue;
      this.#connection = connection;
      this.#running = { server, owner };
      return;
    }
  }

  /** Undefined when the server went away meanwhile: its owner was just about to stop it. */
  async #claim(
    connection: EmbeddedPostgres['connection'],
    deadline: number,
  ): Promise<ServerOwner | undefined> {
    try {
      return await claimServer(connection, this.#directory.path, () => {
        if (this.#stopping === undefined) this.#restarting ??= this.#restart();
      });
    } catch (error) {
      if (error instanceof AppError || Date.now() > deadline) throw error;
      return undefined;
    }
  }

  async #restart(): Promise<void> {
    const { logger } = this.#options;
    logger.error({ pid: this.pid }, 'the embedded database stopped by itself; starting it again');
    for (let pauseMs = RESTART_MIN_MS; this.#stopping === undefined; pauseMs *= 2) {
      try {
        await this.#reach();
        logger.info({ pid: this.pid }, 'the embedded database runs again');
        break;
      } catch (error) {
        logger.error({ reason: messageOf(error) }, 'the embedded database does not start');
        await sleep(Math.min(pauseMs, RESTART_MAX_MS), undefined, { ref: false });
      }
    }
    this.#restarting = undefined;
  }

  async #stop(): Promise<void> {
    this.#stopRotating();
    await this.#restarting;
    const running = this.#running;
    if (running === undefined) return;
    // The claim ends with the server, not before: who waits for it must not get a server that is about to stop.
    await stopPostmaster(running.server.postmaster.pid, running.server.child);
    await running.owner.release();
  }
}
