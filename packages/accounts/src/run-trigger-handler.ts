import type { TriggerPipeline } from '@tessera/engine';
import {
  type ActionResult,
  type Execution,
  type JobHandlers,
  type Logger,
  type Store,
  TRIGGER_IDS,
  type TriggerId,
} from '@tessera/model';

/** What `createRunTriggerHandler` needs. */
export interface RunTriggerHandlerOptions {
  readonly store: Store;
  readonly pipeline: TriggerPipeline;
  readonly logger: Logger;
}

/**
 * Handles `run-trigger` jobs: runs an asynchronous trigger under the execution id that was promised
 * when the job was enqueued.
 *
 * A failed run rejects, so the queue tries again with backoff; each failed attempt overwrites
 * the execution record. A run whose record says that
 * it completed is never repeated, even if the process died before the queue heard of it. Between an
 * action's own effect and that record a crash can still repeat the action: at least once, not
 * exactly once. A tenant deleted meanwhile ends the job.
 */
export function createRunTriggerHandler(
  options: RunTriggerHandlerOptions,
): JobHandlers['run-trigger'] {
  const { store, pipeline, logger } = options;
  return async (job, { attempt, isLast }) => {
    const { tenantId, triggerId, executionId } = job;
    const facts = { tenantId, triggerId, executionId, attempt };
    const tenant = await store.tenants.find(tenantId);
    if (!tenant) {
      logger.info(facts, 'Tenant of an asynchronous trigger is gone');
      return;
    }
    const tenantStore = store.tenant(tenantId);
    if (hasCompleted(await tenantStore.executions.find(executionId))) {
      logger.info(facts, 'Asynchronous trigger has completed before');
      return;
    }
    const { end } = await pipeline.run({
      store: tenantStore,
      triggerId: parseTriggerId(triggerId),
      event: job.event,
      timeoutMs: tenant.settings.actionTimeoutMs,
      executionId,
    });
    if (end.kind === 'completed') return;
    logger.warn({ ...facts, isLast, end: end.kind }, 'Asynchronous trigger failed');
    throw new Error(`Run ${executionId} of ${triggerId} ended as ${end.kind}`);
  };
}

function parseTriggerId(text: string): TriggerId {
  const id = TRIGGER_IDS.find((candidate) => candidate === text);
  if (!id) throw new Error(`Job names an unknown trigger: ${text}`);
  return id;
}

function isFailure(result: ActionResult): boolean {
  return result.kind === 'failed' || result.kind === 'limit-exceeded';
}

function hasCompleted(execution: Execution | undefined): boolean {
  return execution?.status === 'final' && !execution.results.some(isFailure);
}
