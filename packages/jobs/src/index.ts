export {
  createJobs,
  type Jobs,
  type JobsConnection,
  type JobsOptions,
  type QueueStatistics,
} from './create-jobs.ts';
export type { DeadLetter, DeadLetterQuery } from './dead-letters.ts';
export { MAX_JOB_BYTES } from './job-payloads.ts';
export { type JobTiming, QUEUES, type QueueSpec } from './job-queues.ts';
export type { DeadLetterHandler } from './workers.ts';
