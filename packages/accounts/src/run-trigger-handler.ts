import type { TriggerPipeline } from '@tessera/engine';
import {
  type ActionResult,
  type Clock,
  type Execution,
  type JobHandlers,
  type JsonObject,
  type Logger,
  type NewLogEntry,
  type Store,
  type TenantStore,
  TRIGGER_IDS,
  type TriggerId,
} from '@tessera/model';

type RunTriggerJob = Parameters<JobHandlers['run-trigger']>[0];

/** What `createRunTriggerHandler` needs. */
export interface RunTriggerHandlerOptions {
  readonly store: Store;
  readonly pipeline: TriggerPipeline;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Handles `run-trigger` jobs: runs an asynchronous trigger under the execution id that was promised
 * when the job was enqueued.
 *
 * A failed run rejects, so the queue tries again with backoff; each failed attempt leaves an
 * `actions_execution_failed` entry and overwrites the execution record. A run whose record says that
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
    await logFailedRun(options, tenantStore, job);
    logger.warn({ ...facts, isLast, end: end.kind }, 'Asynchronous trigger failed');
    throw new Error(`Run ${executionId} of ${triggerId} ended as ${end.kind}`);
  };
}

function parseTriggerId(text: string): TriggerId {
  const id = TRIGGER_IDS.find((candidate) => candidate === text);
  if (!id) throw new Error(`Job names an unknown trigger: ${text}`);
  return id;
}

function isFailure(
  result: ActionResult,
): result is Extract<ActionResult, { kind: 'failed' | 'limit-exceeded' }> {
  return result.kind === 'failed' || result.kind === 'limit-exceeded';
}

function hasCompleted(execution: Execution | undefined): boolean {
  return execution?.status === 'final' && !execution.results.some(isFailure);
}

/** Tells the tenant which action failed, and how. */
async function logFailedRun(
  { clock }: RunTriggerHandlerOptions,
  store: TenantStore,
  { triggerId, executionId, event }: RunTriggerJob,
): Promise<void> {
  const execution = await store.executions.find(executionId);
  const result = execution?.results.find(isFailure);
  if (!result) return;
  const bindings = await store.bindings.listForAction(result.actionId);
  const bindingId = bindings.find((binding) => binding.triggerId === triggerId)?.id ?? '';
  const { name, message, stack = '' } = result.error;
  const isTimeout = result.kind === 'limit-exceeded' && result.limit === 'time';
  const details: JsonObject = {
    trigger_id: triggerId,
    execution_id: executionId,
    action_id: result.actionId,
    action_name: result.actionName,
    version_id: result.versionId,
    binding_id: bindingId,
    error_class: isTimeout ? 'action_timeout' : 'action_error',
    action_error: { name, message, code: '', stack },
  };
  await store.logs.append({
    date: clock.now(),
    type: 'actions_execution_failed',
    description: `Action "${result.actionName}" failed: ${message}`.slice(0, 1024),
    details,
    ...readRequestFacts(event),
  });
}

/** The address and client of the request that caused the run, as its event has them. */
function readRequestFacts(
  event: JsonObject,
): Pick<NewLogEntry, 'ip' | 'hostname' | 'clientId' | 'clientName' | 'userId'> {
  const text = (group: string, member: string): string | undefined => {
    const object = event[group];
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return undefined;
    const value = (object as JsonObject)[member];
    return typeof value === 'string' ? value : undefined;
  };
  const facts = {
    ip: text('request', 'ip'),
    hostname: text('request', 'hostname'),
    clientId: text('client', 'client_id'),
    clientName: text('client', 'name'),
    userId: text('user', 'user_id'),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
