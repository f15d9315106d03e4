import type { Job, JobAttempt, JobHandlers, Logger } from '@tessera/model';
import type { JobResult, JobWithMetadata } from 'pg-boss';
import { describeError } from './describe-error.ts';
import { describeJob, parseJob } from './job-payloads.ts';
import type { RunningBuilds } from './running-builds.ts';

interface RunContext {
  readonly handlers: JobHandlers;
  readonly builds: RunningBuilds;
  readonly logger: Logger;
}

/** Runs one delivered job and says what becomes of it. Never rejects for what a handler does. */
export async function runJob(
  stored: JobWithMetadata<unknown>,
  context: RunContext,
): Promise<JobResult> {
  const { id, retryCount, retryLimit, signal } = stored;
  const parsed = parseJob(stored.data);
  // Retrying does not make it readable.
  if (parsed.kind === 'invalid')
    return { id, status: 'deadletter', output: { name: 'Error', message: parsed.reason } };
  const attempt: JobAttempt = { attempt: retryCount + 1, isLast: retryCount >= retryLimit, signal };
  try {
    const { job } = parsed;
    await (job.kind === 'build-draft'
      ? runBuild(job, attempt, context)
      : handle(job, attempt, context));
    return { id, status: 'completed' };
  } catch (error) {
    const summary = describeError(error);
    const fields = {
      ...describeJob(parsed.job),
      jobId: id,
      attempt: attempt.attempt,
      error: summary,
    };
    context.logger.warn(
      fields,
      attempt.isLast ? 'A job failed for the last time' : 'A job failed and will be retried',
    );
    return { id, status: 'failed', output: summary };
  }
}

async function runBuild(
  job: Extract<Job, { kind: 'build-draft' }>,
  attempt: JobAttempt & { readonly signal: AbortSignal | JobAttempt['signal'] },
  context: RunContext,
): Promise<void> {
  const slot = context.builds.begin(job);
  if (slot === undefined) return;
  try {
    await handle(
      job,
      { ...attempt, signal: joinSignals(attempt.signal, slot.superseded) },
      context,
    );
  } catch (error) {
    // Its result is wanted by nobody: done, not failed.
    if (!slot.superseded.aborted) throw error;
  } finally {
    slot.end();
  }
}

function joinSignals(claim: JobAttempt['signal'], superseded: AbortSignal): AbortSignal {
  const joined = new AbortController();
  for (const signal of [claim, superseded]) {
    if (signal.aborted) joined.abort();
    else signal.addEventListener('abort', () => joined.abort());
  }
  return joined.signal;
}

function handle(job: Job, attempt: JobAttempt, { handlers }: RunContext): Promise<void> {
  switch (job.kind) {
    case 'run-trigger':
      return handlers['run-trigger'](job, attempt);
    case 'build-draft':
      return handlers['build-draft'](job, attempt);
    case 'build-version':
      return handlers['build-version'](job, attempt);
    case 'build-module':
      return handlers['build-module'](job, attempt);
    case 'import-users':
      return handlers['import-users'](job, attempt);
    case 'request-password-reset':
      return handlers['request-password-reset'](job, attempt);
    case 'send-message':
      return handlers['send-message'](job, attempt);
  }
}
