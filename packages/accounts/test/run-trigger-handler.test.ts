import { randomBytes } from 'node:crypto';
import {
  type ActionResult,
  createExecutionId,
  type Execution,
  type Job,
  type JobAttempt,
  type JobHandlers,
  type Store,
} from '@tessera/model';
import { openTestStore } from '@tessera/testkit';
import { expect, test } from 'vitest';
import { createRunTriggerHandler } from '../src/index.ts';
import { createFakePipeline, silentLogger } from './open-accounts.ts';

const NOW = new Date('2026-11-21T10:00:00.000Z');
const attempt: JobAttempt = { attempt: 1, isLast: false, signal: new AbortController().signal };
const baseResult = {
  actionId: 'a1',
  actionName: 'register',
  versionId: 'v1',
  versionNumber: 1,
  startedAt: NOW,
  endedAt: NOW,
  commands: [],
  logs: [],
  requests: [],
};
const completed: ActionResult = { ...baseResult, kind: 'completed' };
const failed: ActionResult = {
  ...baseResult,
  kind: 'failed',
  error: { name: 'TypeError', message: 'x is not a function', stack: 'TypeError: x' },
};
const timedOut: ActionResult = {
  ...baseResult,
  kind: 'limit-exceeded',
  limit: 'time',
  error: { name: 'Error', message: 'too slow' },
};

/** A pipeline that leaves the given results in the execution record, as the real one does. */
async function openHandler(name: string, results: readonly (readonly ActionResult[])[]) {
  const opened = await openTestStore(name);
  const pipeline = createFakePipeline();
  pipeline.bound.add('post-user-registration');
  const store: Store = opened.store;
  const tenantStore = store.tenant(opened.tenant.id);
  let runs = 0;
  const recording: typeof pipeline = Object.assign(pipeline, {
    run: (async (run) => {
      pipeline.runs.push(run);
      const outcome = results[runs] ?? [];
      runs += 1;
      const { executionId = '', triggerId } = run;
      const execution: Execution = {
        id: executionId,
        triggerId,
        status: 'final',
        results: outcome,
        createdAt: NOW,
        updatedAt: NOW,
      };
      await tenantStore.executions.save(execution);
      const isBroken = outcome.some(({ kind }) => kind !== 'completed');
      const end = isBroken
        ? ({ kind: 'failed', message: 'broke' } as const)
        : ({ kind: 'completed' } as const);
      const effects = {
        idTokenClaims: {},
        accessTokenClaims: {},
        addedScopes: [],
        removedScopes: [],
        transactionMetadata: {},
      };
      return { executionId, end, effects };
    }) satisfies typeof pipeline.run,
  });
  const job: Extract<Job, { kind: 'run-trigger' }> = {
    kind: 'run-trigger',
    tenantId: opened.tenant.id,
    triggerId: 'post-user-registration',
    executionId: createExecutionId(randomBytes, NOW),
    event: {
      request: { ip: '192.0.2.1', hostname: 'login.test' },
      user: { user_id: 'auth0|1' },
    },
  };
  const handle: JobHandlers['run-trigger'] = createRunTriggerHandler({
    store,
    pipeline: recording,
    logger: silentLogger,
  });
  return {
    handle,
    job,
    pipeline: recording,
    store: tenantStore,
    tenants: store.tenants,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

test('createRunTriggerHandler() runs the trigger under the promised execution id, once', async () => {
  await using opened = await openHandler('job_once', [[completed]]);
  const { handle, job, pipeline } = opened;
  await handle(job, attempt);
  // The process died before the queue heard of it: the job comes again.
  await handle(job, { ...attempt, attempt: 2 });
  expect(pipeline.runs).toMatchObject([
    {
      executionId: job.executionId,
      triggerId: 'post-user-registration',
      event: job.event,
      timeoutMs: 20_000,
    },
  ]);
});

test('createRunTriggerHandler() asks for another attempt until the run completes', async () => {
  await using opened = await openHandler('job_retry', [
    [completed, failed],
    [timedOut],
    [completed],
  ]);
  const { handle, job, pipeline } = opened;
  await expect(handle(job, attempt)).rejects.toThrow('ended as failed');
  await expect(handle(job, { ...attempt, attempt: 2 })).rejects.toThrow('ended as failed');
  await handle(job, { ...attempt, attempt: 3, isLast: true });
  await handle(job, { ...attempt, attempt: 4, isLast: true });
  expect(pipeline.runs).toHaveLength(3);
});

test('createRunTriggerHandler() ends jobs of tenants that are gone', async () => {
  await using opened = await openHandler('job_gone', []);
  const { handle, job, pipeline } = opened;
  await handle({ ...job, tenantId: 'gone' }, attempt);
  expect(pipeline.runs).toEqual([]);
});

test('createRunTriggerHandler() refuses a trigger that does not exist', async () => {
  await using opened = await openHandler('job_unknown', []);
  const { handle, job } = opened;
  await expect(handle({ ...job, triggerId: 'post-lunch' }, attempt)).rejects.toThrow('post-lunch');
});
