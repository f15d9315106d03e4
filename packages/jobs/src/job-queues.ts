import type { Job } from '@tessera/model';

/** How one kind of job is kept and retried. Durations are seconds. */
export interface QueueSpec {
  /** Retries after the first attempt; then the job goes to the dead-letter queue. */
  readonly retryLimit: number;
  /** Wait before the first retry; doubles each time, with jitter. */
  readonly retryDelaySeconds: number;
  readonly retryDelayMaxSeconds: number;
  /** A handler that runs longer loses its job to a retry. */
  readonly expireSeconds: number;
  /** Without a sign of life for this long, the worker counts as dead. The queue allows no less than 10. */
  readonly heartbeatSeconds: number;
  /** Jobs that one replica runs at once. */
  readonly concurrency: number;
  /** Of those, jobs of one tenant, so that a flood of one does not keep the others waiting. */
  readonly concurrencyPerTenant: number;
  /** `short`: one waiting job per key. */
  readonly policy: 'standard' | 'short';
}

const BUILD: QueueSpec = {
  retryLimit: 4,
  retryDelaySeconds: 2,
  retryDelayMaxSeconds: 60,
  // A build ends itself after two minutes, and may wait as long for a free place.
  expireSeconds: 300,
  heartbeatSeconds: 10,
  concurrency: 3,
  concurrencyPerTenant: 2,
  policy: 'short',
};

/** Every queue. The name is the kind of its jobs; its dead letters are in `deadLetterQueue(name)`. */
export const QUEUES: Readonly<Record<Job['kind'], QueueSpec>> = {
  'run-trigger': {
    retryLimit: 5,
    retryDelaySeconds: 1,
    retryDelayMaxSeconds: 300,
    // A trigger's own budget is at most a minute; the rest is for starting a sandbox under load.
    expireSeconds: 120,
    heartbeatSeconds: 10,
    concurrency: 8,
    concurrencyPerTenant: 4,
    policy: 'standard',
  },
  'build-draft': BUILD,
  'build-version': BUILD,
  'build-module': BUILD,
  'import-users': {
    retryLimit: 3,
    retryDelaySeconds: 5,
    retryDelayMaxSeconds: 60,
    // At most 500 kB of users, a transaction each.
    expireSeconds: 600,
    heartbeatSeconds: 10,
    concurrency: 1,
    concurrencyPerTenant: 1,
    policy: 'short',
  },
  'request-password-reset': {
    retryLimit: 5,
    retryDelaySeconds: 1,
    retryDelayMaxSeconds: 60,
    expireSeconds: 60,
    heartbeatSeconds: 10,
    concurrency: 4,
    concurrencyPerTenant: 2,
    policy: 'standard',
  },
  'send-message': {
    // About an hour of trying: a mail server that is restarted or busy is back by then, a code is not.
    retryLimit: 9,
    retryDelaySeconds: 5,
    retryDelayMaxSeconds: 900,
    // A run of an Action ends within a minute, a talk with a mail server too.
    expireSeconds: 180,
    heartbeatSeconds: 10,
    concurrency: 6,
    concurrencyPerTenant: 3,
    policy: 'standard',
  },
};

export const JOB_KINDS = Object.keys(QUEUES) as readonly Job['kind'][];

export function deadLetterQueue(kind: Job['kind']): string {
  return `${kind}.dead`;
}

/** Events hold personal data, so what is done is forgotten soon. */
export const DONE_RETENTION_SECONDS = 600;
/** A job that nobody ran is an outage; after this long its event means nothing any more. */
export const WAITING_RETENTION_SECONDS = 14 * 24 * 3600;
/** Long enough to notice and repair. */
export const DEAD_LETTER_RETENTION_SECONDS = 30 * 24 * 3600;
/** Tries to tell about a dead letter. */
export const DEAD_LETTER_RETRY_LIMIT = 3;

/** Overrides of the table, for tests that cannot wait. */
export type JobTiming = Partial<
  Pick<QueueSpec, 'retryLimit' | 'retryDelaySeconds' | 'expireSeconds' | 'heartbeatSeconds'>
>;
