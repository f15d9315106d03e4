import { EventEmitter, on } from 'node:events';
import type { Job, JobAttempt, JobHandlers, Logger } from '@tessera/model';
import { openTestStore, type TestStore } from '@tessera/testkit';
import pg from 'pg';
import { createJobs, type Jobs, type JobsOptions } from '../src/index.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

export interface Delivery {
  readonly job: Job;
  readonly attempt: JobAttempt;
}

/** Records what handlers are given, and lets tests wait for it. */
export class Deliveries {
  readonly all: Delivery[] = [];
  readonly #events = new EventEmitter();

  push(delivery: Delivery): void {
    this.all.push(delivery);
    this.#events.emit('delivery');
  }

  /** The delivery number `count`, as soon as there is one. */
  async nth(count: number): Promise<Delivery> {
    const arrivals = on(this.#events, 'delivery', { signal: AbortSignal.timeout(40_000) });
    for (;;) {
      const found = this.all[count - 1];
      if (found !== undefined) return found;
      await arrivals.next();
    }
  }
}

/** Handlers that record each delivery and then do `work`. */
export function recordingHandlers(
  deliveries: Deliveries,
  work: (delivery: Delivery) => Promise<void> = async () => undefined,
): JobHandlers {
  const handle = async (job: Job, attempt: JobAttempt): Promise<void> => {
    deliveries.push({ job, attempt });
    await work({ job, attempt });
  };
  return {
    'run-trigger': handle,
    'build-draft': handle,
    'build-version': handle,
    'build-module': handle,
    'import-users': handle,
    'request-password-reset': handle,
    'send-message': handle,
  };
}

export interface OpenJobs extends AsyncDisposable {
  readonly jobs: Jobs;
  readonly log: readonly LogLine[];
  readonly database: TestStore;
  /** A further replica on the same database. */
  openReplica(options?: Partial<JobsOptions>): Promise<Jobs>;
  /** Runs one statement; `jobs` in it stands for the queue's table. */
  query(text: string): Promise<readonly Record<string, unknown>[]>;
}

/** A queue on a database of its own; disposing stops its replicas and drops the database. */
export async function openJobs(options: Partial<JobsOptions> = {}): Promise<OpenJobs> {
  const database = await openTestStore('jobs');
  const log: LogLine[] = [];
  const pool = new pg.Pool({ ...database.connection, max: 2 } as pg.PoolConfig);
  pool.on('error', () => undefined);
  const replicas: Jobs[] = [];
  const openReplica = async (more: Partial<JobsOptions> = {}): Promise<Jobs> => {
    const connection = database.connection as JobsOptions['connection'];
    const opened = await createJobs({
      connection,
      logger: recordingLogger(log),
      ...options,
      ...more,
    });
    replicas.push(opened);
    return opened;
  };
  return {
    jobs: await openReplica(),
    log,
    database,
    openReplica,
    query: async (text) => (await pool.query(text.replaceAll('jobs', 'tessera_jobs.job'))).rows,
    async [Symbol.asyncDispose]() {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

export function recordingLogger(log: LogLine[]): Logger {
  const write = (level: LogLine['level']) => (fields: object, message: string) => {
    log.push({ level, fields, message });
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

export function runTrigger(
  executionId: string,
  more: Partial<Extract<Job, { kind: 'run-trigger' }>> = {},
): Job {
  return {
    kind: 'run-trigger',
    tenantId: 'tenant-a',
    triggerId: 'post-user-registration',
    executionId,
    event: { user: { user_id: 'the-user' } },
    ...more,
  };
}

export function buildDraft(draftRevision: number, actionId = 'action-1'): Job {
  return { kind: 'build-draft', tenantId: 'tenant-a', actionId, draftRevision };
}

/** A promise and the way to settle it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}
