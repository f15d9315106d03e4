import type { AuthorableTriggerId } from '@tessera/action-types';
import {
  type ActionRunner,
  type Clock,
  createExecutionId,
  type ExecutionStatus,
  type JsonObject,
  type RandomBytes,
  type RunnableAction,
  type RunRequest,
} from '@tessera/model';
import { isAuthorable } from '../chain/run-chain.ts';
import { createEffectsDraft, toEffects, toEffectsWithoutGrants } from '../fold/effects-draft.ts';
import { type FoldedRun, foldResults } from '../fold/fold-results.ts';
import { BACKGROUND_WORK_MAX_MS } from '../limits.ts';
import type {
  Suspension,
  TriggerEffects,
  TriggerEnd,
  TriggerOutcome,
  TriggerPipeline,
  TriggerRun,
} from '../trigger-pipeline.ts';
import { type ActionCache, createActionCache } from './action-cache.ts';
import { answerHostCall } from './answer-host-call.ts';
import { describeFailedRun, isBroken } from './describe-failed-run.ts';
import { loadBoundActions, loadDeployedAction, loadRemainingActions } from './load-actions.ts';
import { resumeEvent } from './resume-event.ts';
import { saveExecution } from './save-execution.ts';

/** What a pipeline is made of. */
export interface TriggerPipelineParts {
  readonly runner: ActionRunner;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** Default: one in the memory of this process. */
  readonly cache?: ActionCache;
}

/** Creates the pipeline that runs every trigger of every tenant. */
export function createTriggerPipeline(parts: TriggerPipelineParts): TriggerPipeline {
  const { clock } = parts;
  const allParts = { ...parts, cache: parts.cache ?? createActionCache(clock) };
  return {
    hasActions: async (store, triggerId) => (await store.bindings.listBound(triggerId)).length > 0,
    run: async (run) => {
      const event = run.resume ? resumeEvent(run.event, run.resume.effects) : run.event;
      const actions = run.resume
        ? await loadRemainingActions(run.store, run.resume.remaining)
        : await loadFirstActions(run);
      if (actions === undefined) return cancelRun(allParts, run, event);
      if (actions.length === 0) {
        const effects = toEffects(createEffectsDraft(event, run.resume?.effects));
        return { end: { kind: 'completed' }, effects };
      }
      if (!isAuthorable(run.triggerId)) {
        throw new Error(`The trigger "${run.triggerId}" has no flow, but actions are bound to it`);
      }
      return runActions(allParts, { run, triggerId: run.triggerId, event, actions });
    },
  };
}

function loadFirstActions({ store, triggerId, actionId }: TriggerRun) {
  return actionId === undefined
    ? loadBoundActions(store, triggerId)
    : loadDeployedAction(store, actionId);
}

/** Triggers that keep nobody waiting. */
const ASYNCHRONOUS: ReadonlySet<string> = new Set([
  'post-user-registration',
  'post-change-password',
  'event-stream',
]);

function isAsynchronous(triggerId: string): boolean {
  return ASYNCHRONOUS.has(triggerId);
}

type AllParts = TriggerPipelineParts & { readonly cache: ActionCache };

interface PreparedRun {
  readonly run: TriggerRun;
  readonly triggerId: AuthorableTriggerId;
  readonly event: JsonObject;
  readonly actions: readonly RunnableAction[];
}

async function runActions(parts: AllParts, prepared: PreparedRun): Promise<TriggerOutcome> {
  const { run, triggerId, event, actions } = prepared;
  const startedAt = parts.clock.now();
  const scope = { tenantId: run.store.tenantId, triggerId };
  const canRedirect = run.canRedirect ?? false;
  const executionId = chooseExecutionId(parts, run, startedAt);
  const request: RunRequest = {
    tenantId: run.store.tenantId,
    triggerId,
    executionId,
    firstHandler: run.resume === undefined ? 'execute' : 'continue',
    actions,
    event,
    canRedirect,
    backgroundMs: isAsynchronous(triggerId) ? BACKGROUND_WORK_MAX_MS : 0,
    timeoutMs: run.timeoutMs,
    onHostCall: (method, args) =>
      answerHostCall({ cache: parts.cache, scope, store: run.store, event }, { method, args }),
  };
  const report = await parts.runner.run(request).catch(async (refusal: unknown) => {
    await logRefusal(parts, prepared, { executionId, refusal });
    throw refusal;
  });
  const folded = foldResults({
    triggerId,
    event,
    actions,
    results: report.results,
    timeoutMs: run.timeoutMs,
    namespacedClaimsOnly: run.namespacedClaimsOnly ?? false,
    ...(run.resume && { earlier: run.resume.effects }),
  });
  const { results } = folded;
  const hasFailed = folded.end.kind === 'failed' || results.some(isBroken);
  const facts = { ...prepared, store: run.store, executionId, results, date: parts.clock.now() };
  await saveExecution(parts.clock, run, {
    executionId,
    startedAt,
    results,
    status: findStatus(folded, { actionCount: actions.length, canRedirect }),
    ...(hasFailed && { failure: await describeFailedRun(facts) }),
  });
  return {
    executionId,
    end: toTriggerEnd(folded, actions, executionId),
    effects: folded.effects,
  };
}

/** Tells the tenant that no sandbox took the run. There is nothing else to record. */
async function logRefusal(
  { clock }: AllParts,
  prepared: PreparedRun,
  refused: { readonly executionId: string; readonly refusal: unknown },
): Promise<void> {
  const { store } = prepared.run;
  const failed = { ...prepared, ...refused, store, results: [], date: clock.now() };
  await store.logs.append(await describeFailedRun(failed));
}

/** A run whose actions are gone, or not deployed: it ends here, refused and recorded. */
async function cancelRun(
  parts: AllParts,
  run: TriggerRun,
  event: JsonObject,
): Promise<TriggerOutcome> {
  const startedAt = parts.clock.now();
  const executionId = chooseExecutionId(parts, run, startedAt);
  await saveExecution(parts.clock, run, {
    executionId,
    startedAt,
    results: [],
    status: 'canceled',
  });
  return {
    executionId,
    end: {
      kind: 'failed',
      message:
        run.resume === undefined
          ? 'The action of this flow does not exist or is not deployed'
          : 'An action that was to continue this flow no longer exists',
    },
    effects: toEffectsWithoutGrants(createEffectsDraft(event)),
  };
}

function chooseExecutionId(parts: AllParts, run: TriggerRun, startedAt: Date): string {
  return (
    run.resume?.executionId ?? run.executionId ?? createExecutionId(parts.randomBytes, startedAt)
  );
}

/**
 * `partial`: a failure kept at least one action from running. `canceled`: an action suspended the
 * run where no browser can be had, so nothing will go on with it.
 */
function findStatus(
  { end, results }: FoldedRun,
  run: { readonly actionCount: number; readonly canRedirect: boolean },
): ExecutionStatus {
  if (end.kind === 'paused') return run.canRedirect ? 'suspended' : 'canceled';
  return end.kind === 'failed' && results.length < run.actionCount ? 'partial' : 'final';
}

function toTriggerEnd(
  { end, effects }: FoldedRun,
  actions: readonly RunnableAction[],
  executionId: string,
): TriggerEnd {
  if (end.kind !== 'paused') return end;
  const suspension: Suspension = {
    ...end.cause,
    executionId,
    remaining: actions
      .slice(end.position)
      .map(({ actionId, versionId }) => ({ actionId, versionId })),
    effects: withoutUserMetadata(effects),
  };
  return { kind: 'suspended', suspension };
}

/** The caller writes it at the suspension, so a resumed run must not carry it along. */
function withoutUserMetadata(effects: TriggerEffects): TriggerEffects {
  const { userMetadata: _user, appMetadata: _app, ...kept } = effects;
  return kept;
}
