import { AppError, type Job, type SqlTransaction } from '@tessera/model';
import type { PgBoss, SendOptions } from 'pg-boss';
import { checkJobSize, parseJob } from './job-payloads.ts';
import { unavailable } from './unavailable.ts';

/** Two writers that replace each other's job this often in a row do not exist outside of a bug. */
const MAX_REPLACEMENTS = 5;

type BuildDraft = Extract<Job, { kind: 'build-draft' }>;

/**
 * Stores `job`; with `transaction`, exactly when that commits. A waiting build of an older draft of
 * the same action is replaced; one of the same or a newer draft makes this one unnecessary.
 */
export async function enqueueJob(
  boss: PgBoss,
  job: Job,
  transaction?: SqlTransaction,
): Promise<void> {
  checkJobSize(job);
  const options: SendOptions = {
    group: { id: job.tenantId },
    ...(transaction === undefined ? {} : { db: transaction }),
  };
  try {
    await send(boss, job, options);
  } catch (error) {
    if (error instanceof AppError || !(error instanceof Error) || !('code' in error)) throw error;
    throw unavailable('The job could not be stored', error);
  }
}

async function send(boss: PgBoss, job: Job, options: SendOptions): Promise<void> {
  switch (job.kind) {
    case 'run-trigger':
    case 'request-password-reset':
    case 'send-message':
      await boss.send(job.kind, job, options);
      return;
    case 'build-version':
    case 'build-module':
      // A version never changes: a waiting build of it is this build.
      await boss.send(job.kind, job, {
        ...options,
        singletonKey: `${job.tenantId}/${job.versionId}`,
      });
      return;
    case 'import-users':
      await boss.send(job.kind, job, {
        ...options,
        singletonKey: `${job.tenantId}/${job.jobId}`,
      });
      return;
    case 'build-draft':
      await sendNewest(boss, job, options);
      return;
  }
}

async function sendNewest(boss: PgBoss, job: BuildDraft, options: SendOptions): Promise<void> {
  const singletonKey = `${job.tenantId}/${job.actionId}`;
  const db = options.db === undefined ? {} : { db: options.db };
  for (let attempt = 1; attempt <= MAX_REPLACEMENTS; attempt += 1) {
    const waiting = await boss.findJobs(job.kind, { key: singletonKey, queued: true, ...db });
    const older: string[] = [];
    for (const { id, data } of waiting) {
      if (revisionOf(data) >= job.draftRevision) return;
      older.push(id);
    }
    if (older.length > 0) await boss.deleteJob(job.kind, older, db);
    // Null when another writer was first; its job is the one to compare with then.
    if ((await boss.send(job.kind, job, { ...options, singletonKey })) !== null) return;
  }
  throw new Error(`The build of action "${job.actionId}" could not be enqueued`);
}

/** A payload that cannot be read is older than any draft. */
function revisionOf(payload: unknown): number {
  const parsed = parseJob(payload);
  return parsed.kind === 'valid' && parsed.job.kind === 'build-draft'
    ? parsed.job.draftRevision
    : -1;
}
