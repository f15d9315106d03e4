import type { Job, Logger } from '@tessera/model';
import type { JobResult, JobWithMetadata, PgBoss } from 'pg-boss';
import { type DeadLetter, readDeadLetter } from './dead-letters.ts';
import { describeError } from './describe-error.ts';
import { parseJob } from './job-payloads.ts';
import { deadLetterQueue, type QueueSpec } from './job-queues.ts';

/**
 * Workers are woken by NOTIFY; this is for retries that fall due, and for a lost notification. Every worker
 * asks by itself, so a queue of eight is looked at more often than each of them looks.
 */
const POLL_WITH_NOTIFY_SECONDS = 5;
/** While the listening connection is down. */
const POLL_SECONDS = 0.5;
/** A worker that is merely busy has three tries to say that it lives. */
const HEARTBEATS_PER_LIMIT = 3;

type Run = (stored: JobWithMetadata<unknown>) => Promise<JobResult>;

interface WorkerLimits {
  readonly localConcurrency?: number;
  readonly localGroupConcurrency?: number;
  readonly heartbeatRefreshSeconds?: number;
}

/** Starts the workers of one queue, each with one job at a time. */
export async function startWorkers(
  boss: PgBoss,
  kind: Job['kind'],
  spec: QueueSpec,
  run: Run,
): Promise<void> {
  await work(boss, kind, run, {
    localConcurrency: spec.concurrency,
    localGroupConcurrency: spec.concurrencyPerTenant,
    heartbeatRefreshSeconds: spec.heartbeatSeconds / HEARTBEATS_PER_LIMIT,
  });
}

async function work(boss: PgBoss, queue: string, run: Run, limits: WorkerLimits): Promise<void> {
  const options = {
    ...limits,
    batchSize: 1,
    includeMetadata: true,
    perJobResults: true,
    pollingIntervalSeconds: POLL_SECONDS,
    notifyPollingIntervalSeconds: POLL_WITH_NOTIFY_SECONDS,
  } as const;
  await boss.work<unknown, unknown, typeof options>(queue, options, (jobs) => {
    lookAgainAfterwards(boss, queue);
    return Promise.all(jobs.map(run));
  });
}

/**
 * Has every worker of `queue` that is busy look for its next job as soon as it is free. Left alone, a
 * worker that found a job waits out its interval before the next one.
 */
function lookAgainAfterwards(boss: PgBoss, queue: string): void {
  for (const { id, name, count } of boss.getWipData()) {
    if (name === queue && count > 0) boss.notifyWorker(id);
  }
}

export type DeadLetterHandler = (letter: DeadLetter, job: Job | undefined) => Promise<void>;

/**
 * Tells about each job of `kind` that was given up, once for all replicas. The letter is done
 * afterwards, and stays listed until its queue's retention ends.
 */
export async function startDeadLetterWorker(
  boss: PgBoss,
  kind: Job['kind'],
  {
    logger,
    onDeadLetter,
  }: { readonly logger: Logger; readonly onDeadLetter: DeadLetterHandler | undefined },
): Promise<void> {
  await work(boss, deadLetterQueue(kind), (stored) => tell(stored, logger, onDeadLetter), {});
}

async function tell(
  stored: JobWithMetadata<unknown>,
  logger: Logger,
  onDeadLetter: DeadLetterHandler | undefined,
): Promise<JobResult> {
  const letter = readDeadLetter(stored);
  const { subject, attempts, reason } = letter;
  const fields = { ...subject, kind: letter.kind, jobId: letter.id, attempts, reason };
  if (stored.retryCount === 0) logger.error(fields, 'A job was given up');
  try {
    const parsed = parseJob(stored.data);
    await onDeadLetter?.(letter, parsed.kind === 'valid' ? parsed.job : undefined);
    return { id: stored.id, status: 'completed' };
  } catch (error) {
    const summary = describeError(error);
    logger.error({ ...fields, error: summary }, 'Nobody could be told that a job was given up');
    return { id: stored.id, status: 'failed', output: summary };
  }
}

/** Takes no more jobs; true when everything that ran here ended within `timeoutMs`. */
export async function drainWorkers(
  boss: PgBoss,
  queues: readonly string[],
  timeoutMs: number,
): Promise<boolean> {
  const drained = Promise.all(queues.map((queue) => boss.offWork(queue, { wait: true }))).then(
    () => true,
  );
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  try {
    return await Promise.race([drained, promise]);
  } finally {
    clearTimeout(timer);
  }
}
