import type { Job, JobHandlers, JobQueue, Logger } from '@tessera/model';
import type { PoolConfig } from 'pg';
import { type JobWithMetadata, PgBoss } from 'pg-boss';
import { type DeadLetter, type DeadLetterQuery, listDeadLetters } from './dead-letters.ts';
import { describeError } from './describe-error.ts';
import { enqueueJob } from './enqueue-job.ts';
import {
  DEAD_LETTER_RETENTION_SECONDS,
  DEAD_LETTER_RETRY_LIMIT,
  DONE_RETENTION_SECONDS,
  deadLetterQueue,
  JOB_KINDS,
  type JobTiming,
  QUEUES,
  type QueueSpec,
  WAITING_RETENTION_SECONDS,
} from './job-queues.ts';
import { createProblemLog } from './problem-log.ts';
import { runJob } from './run-job.ts';
import { RunningBuilds } from './running-builds.ts';
import { unavailable } from './unavailable.ts';
import {
  type DeadLetterHandler,
  drainWorkers,
  startDeadLetterWorker,
  startWorkers,
} from './workers.ts';

/** Where the database is, as `pg` takes it. */
export type JobsConnection = Pick<
  PoolConfig,
  'connectionString' | 'host' | 'port' | 'user' | 'password' | 'database' | 'ssl'
>;

export interface JobsOptions {
  readonly connection: JobsConnection;
  readonly logger: Logger;
  /** PostgreSQL schema of the queue's tables; made when absent. Default `tessera_jobs`. */
  readonly schema?: string;
  /** Connections besides the one that listens. Default 5. */
  readonly poolSize?: number;
  /** How long `stop()` waits for running jobs; what is left then is handed to another worker. Default 25 s. */
  readonly drainTimeoutMs?: number;
  /** Called once for each job that was given up; a rejection is retried. `job` is undefined when unreadable. */
  readonly onDeadLetter?: DeadLetterHandler;
  /** Overrides of the queues' table. */
  readonly timing?: JobTiming;
}

/** Numbers of one queue, a few seconds old at most. */
export interface QueueStatistics {
  readonly kind: Job['kind'];
  /** Waiting, those for a retry included. */
  readonly waiting: number;
  readonly running: number;
  /** Given up, and still kept. */
  readonly dead: number;
}

export interface Jobs extends JobQueue {
  /** Begins to run jobs. Once only; without it this replica enqueues and runs nothing. */
  start(handlers: JobHandlers): Promise<void>;
  /** Takes no more jobs, waits for the running ones within `drainTimeoutMs`, and disconnects. Idempotent. */
  stop(): Promise<void>;
  stats(): Promise<readonly QueueStatistics[]>;
  listDeadLetters(query?: DeadLetterQuery): Promise<readonly DeadLetter[]>;
  /** Removes every job of a tenant, dead letters included; one that runs at this moment runs to its end. */
  forgetTenant(tenantId: string): Promise<void>;
}

/**
 * How often lost workers are looked for. With the heartbeat of 10 s a job of a killed worker is taken
 * up again after 10 to 14 s; looking more often would only load the database.
 */
const SUPERVISE_SECONDS = 2;
/** Opens the queue: connects, brings its tables up to date, and accepts jobs. */
export async function createJobs(options: JobsOptions): Promise<Jobs> {
  const { connection, logger, schema = 'tessera_jobs', poolSize = 5 } = options;
  // It becomes part of statements.
  if (!/^[a-z_][a-z0-9_]{0,49}$/.test(schema))
    throw new Error(`"${schema}" is no name for a schema`);
  const boss = new PgBoss({
    ...definedOnly(connection),
    schema,
    max: poolSize,
    application_name: 'tessera-jobs',
    useListenNotify: true,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    maintenanceIntervalSeconds: DONE_RETENTION_SECONDS,
    schedule: false,
  });
  // Also the pool's errors: without a listener a lost connection would end the process.
  boss.on('error', createProblemLog(logger));
  boss.on('warning', ({ message }) =>
    logger.warn({ warning: message.slice(0, 500) }, 'The job queue warns'),
  );
  try {
    await boss.start();
    await createQueues(boss, options.timing ?? {});
  } catch (error) {
    await boss.stop({ graceful: false }).catch((cause: unknown) => {
      logger.debug({ error: describeError(cause) }, 'The job queue did not stop cleanly');
    });
    throw unavailable('The job queue cannot be opened', error);
  }
  return serve(boss, { ...options, schema });
}

/** pg-boss takes an absent member for a default, an undefined one for a value. */
function definedOnly(connection: JobsConnection): Record<string, unknown> {
  return Object.fromEntries(Object.entries(connection).filter(([, value]) => value !== undefined));
}

async function createQueues(boss: PgBoss, timing: JobTiming): Promise<void> {
  for (const kind of JOB_KINDS) {
    const dead = deadLetterQueue(kind);
    await createQueue(boss, dead, {
      retryLimit: DEAD_LETTER_RETRY_LIMIT,
      retryDelay: 1,
      retryBackoff: true,
      retentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
      deleteAfterSeconds: DEAD_LETTER_RETENTION_SECONDS,
      notify: true,
    });
    const spec: QueueSpec = { ...QUEUES[kind], ...timing };
    await createQueue(boss, kind, {
      policy: spec.policy,
      retryLimit: spec.retryLimit,
      retryDelay: spec.retryDelaySeconds,
      retryDelayMax: spec.retryDelayMaxSeconds,
      retryBackoff: true,
      expireInSeconds: spec.expireSeconds,
      heartbeatSeconds: spec.heartbeatSeconds,
      retentionSeconds: WAITING_RETENTION_SECONDS,
      deleteAfterSeconds: DONE_RETENTION_SECONDS,
      deadLetter: dead,
      notify: true,
    });
  }
}

type QueueSettings = NonNullable<Parameters<PgBoss['createQueue']>[1]>;

/** Another release may have made it with other settings; those of the table win. */
async function createQueue(boss: PgBoss, name: string, settings: QueueSettings): Promise<void> {
  await boss.createQueue(name, settings);
  const { policy: _fixed, ...changeable } = settings;
  await boss.updateQueue(name, changeable);
}

function serve(boss: PgBoss, options: JobsOptions & { readonly schema: string }): Jobs {
  const { logger, schema, drainTimeoutMs = 25_000, timing } = options;
  const builds = new RunningBuilds();
  let isStarted = false;
  let stopping: Promise<void> | undefined;
  return {
    enqueue: (job, { transaction } = {}) => enqueueJob(boss, job, transaction),
    async start(handlers) {
      if (isStarted) throw new Error('The job queue was started already');
      isStarted = true;
      const run = (stored: JobWithMetadata<unknown>) =>
        runJob(stored, { handlers, builds, logger });
      for (const kind of JOB_KINDS) {
        await startWorkers(boss, kind, { ...QUEUES[kind], ...timing }, run);
        await startDeadLetterWorker(boss, kind, { logger, onDeadLetter: options.onDeadLetter });
      }
    },
    stop() {
      stopping ??= stop(boss, logger, drainTimeoutMs);
      return stopping;
    },
    async stats() {
      const queues = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
      return JOB_KINDS.map((kind) => ({
        kind,
        waiting: queues.get(kind)?.queuedCount ?? 0,
        running: queues.get(kind)?.activeCount ?? 0,
        dead: queues.get(deadLetterQueue(kind))?.totalCount ?? 0,
      }));
    },
    listDeadLetters: (query = {}) => listDeadLetters(boss, schema, query),
    async forgetTenant(tenantId) {
      // Jobs are grouped by tenant, and dead letters keep their group.
      await boss.getDb().executeSql(`DELETE FROM ${schema}.job WHERE group_id = $1`, [tenantId]);
    },
  };
}

async function stop(boss: PgBoss, logger: Logger, drainTimeoutMs: number): Promise<void> {
  const queues = JOB_KINDS.flatMap((kind) => [kind, deadLetterQueue(kind)]);
  if (!(await drainWorkers(boss, queues, drainTimeoutMs))) {
    logger.warn(
      { drainTimeoutMs },
      'Jobs were still running at shutdown and are handed to another worker',
    );
  }
  // What still runs is failed here, which is a retry elsewhere, and its signal fires.
  await boss.stop({ graceful: false });
}
