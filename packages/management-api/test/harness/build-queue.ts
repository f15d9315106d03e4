import type { Job, JobAttempt, JobHandlers, JobQueue, SqlTransaction } from '@tessera/model';

type BuildJobHandlers = Pick<JobHandlers, 'build-draft' | 'build-version' | 'build-module'> &
  Partial<Pick<JobHandlers, 'import-users'>>;

/** A queue that runs build jobs when the test says so, after the transaction that enqueued them. */
export class BuildQueue implements JobQueue {
  readonly #waiting: Job[] = [];

  async enqueue(job: Job, options?: { readonly transaction?: SqlTransaction }): Promise<void> {
    if (options?.transaction === undefined) {
      throw new Error('A build is to be enqueued in the transaction of the save');
    }
    await options.transaction.executeSql('SELECT 1');
    this.#waiting.push(job);
  }

  /** Jobs that wait, oldest first. */
  get waiting(): readonly Job[] {
    return this.#waiting;
  }

  /** Runs everything that waits; a job that is rejected is not tried again. */
  async run(handlers: BuildJobHandlers, attempt: Partial<JobAttempt> = {}): Promise<void> {
    const jobs = this.#waiting.splice(0);
    const full = { attempt: 1, isLast: true, signal: new AbortController().signal, ...attempt };
    for (const job of jobs) {
      if (job.kind === 'build-draft') await handlers['build-draft'](job, full);
      if (job.kind === 'build-version') await handlers['build-version'](job, full);
      if (job.kind === 'import-users') await handlers['import-users']?.(job, full);
      if (job.kind === 'build-module') await handlers['build-module'](job, full);
    }
  }
}
