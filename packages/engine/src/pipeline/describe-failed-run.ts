import {
  type ActionResult,
  AppError,
  type JsonObject,
  type NewLogEntry,
  type RunnableAction,
  type TenantStore,
  type TriggerId,
} from '@tessera/model';

/** Longest description of a log entry, characters. */
const DESCRIPTION_MAX_CHARACTERS = 1_024;
/** Status of failures that say: too many at once. */
const TOO_MANY = 429;

/** A run that ended without what it was for. */
export interface FailedRun {
  readonly store: TenantStore;
  readonly triggerId: TriggerId;
  readonly executionId: string;
  readonly event: JsonObject;
  readonly actions: readonly RunnableAction[];
  /** As the record keeps them: without secrets. Empty when no sandbox took the run. */
  readonly results: readonly ActionResult[];
  /** Why no sandbox took the run. */
  readonly refusal?: unknown;
  readonly date: Date;
}

type BrokenResult = Extract<ActionResult, { readonly kind: 'failed' | 'limit-exceeded' }>;

export function isBroken(result: ActionResult): result is BrokenResult {
  return result.kind === 'failed' || result.kind === 'limit-exceeded';
}

/** The entry `actions_execution_failed` of the tenant log: which action failed, and how. */
export async function describeFailedRun(run: FailedRun): Promise<NewLogEntry> {
  const broken = run.results.find(isBroken);
  // Without a broken result the first action that did not report is the one that failed.
  const action = broken ?? run.actions[run.results.length] ?? run.actions[0];
  const bound = await run.store.bindings.listBound(run.triggerId);
  const binding = bound.find((candidate) => candidate.action.id === action?.actionId);
  const message = broken?.error.message ?? describeRefusal(run.refusal);
  return {
    date: run.date,
    type: 'actions_execution_failed',
    description: `Action "${action?.actionName ?? ''}" failed: ${message}`.slice(
      0,
      DESCRIPTION_MAX_CHARACTERS,
    ),
    details: {
      trigger_id: run.triggerId,
      execution_id: run.executionId,
      action_id: action?.actionId ?? '',
      action_name: action?.actionName ?? '',
      version_id: action?.versionId ?? '',
      binding_id: binding?.binding.id ?? '',
      error_class: classify(broken, run.refusal),
      ...(broken && { action_error: toActionError(broken) }),
    },
    ...readRequestFacts(run.event),
  };
}

function classify(broken: BrokenResult | undefined, refusal: unknown): string {
  if (broken === undefined) {
    return refusal instanceof AppError && refusal.status === TOO_MANY
      ? 'rate_limited'
      : 'platform_error';
  }
  return broken.kind === 'limit-exceeded' && broken.limit === 'time'
    ? 'action_timeout'
    : 'action_error';
}

function toActionError(broken: BrokenResult): JsonObject {
  const { name, message, stack = '' } = broken.error;
  const code = broken.kind === 'limit-exceeded' ? `${broken.limit}_limit_exceeded` : '';
  return { name, message, code, stack };
}

/** Of failures of ours only the public text. */
function describeRefusal(refusal: unknown): string {
  return refusal instanceof AppError ? refusal.message : 'The platform could not run it.';
}

/** The address and client of the request that caused the run, as its event has them. */
function readRequestFacts(
  event: JsonObject,
): Pick<NewLogEntry, 'ip' | 'hostname' | 'clientId' | 'clientName' | 'userId'> {
  const facts = {
    ip: readText(event, 'request', 'ip'),
    hostname: readText(event, 'request', 'hostname'),
    clientId: readText(event, 'client', 'client_id'),
    clientName: readText(event, 'client', 'name'),
    userId: readText(event, 'user', 'user_id'),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function readText(event: JsonObject, group: string, member: string): string | undefined {
  const object = event[group];
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return undefined;
  const value = (object as JsonObject)[member];
  return typeof value === 'string' ? value : undefined;
}
