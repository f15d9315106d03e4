import type { AuthorableTriggerId } from '@tessera/action-types';
import type { ActionResult, JsonObject, RunnableAction } from '@tessera/model';
import { type CommandBudgets, createCommandBudgets } from '../commands/command-budgets.ts';
import type { SuspensionCause, TriggerEffects, TriggerEnd } from '../trigger-pipeline.ts';
import { describeFailure, type FailureContext } from './describe-failure.ts';
import {
  createEffectsDraft,
  type EffectsDraft,
  toEffects,
  toEffectsWithoutGrants,
} from './effects-draft.ts';
import { foldCommands } from './fold-commands.ts';
import { toRecord, withWarnings } from './to-record.ts';

/** A run that the sandbox has reported on. */
export interface FoldInput {
  readonly triggerId: AuthorableTriggerId;
  /** As the first action got it. */
  readonly event: JsonObject;
  /** What was to run, in order. */
  readonly actions: readonly RunnableAction[];
  /** What the sandbox says happened. Nothing in it is believed unread. */
  readonly results: readonly ActionResult[];
  readonly timeoutMs: number;
  readonly namespacedClaimsOnly: boolean;
  /** Effects from before a suspension. */
  readonly earlier?: TriggerEffects;
}

/** How a run ended, as far as results alone can tell. */
export type FoldedEnd =
  | Exclude<TriggerEnd, { readonly kind: 'suspended' }>
  /** `position`: of the action that asked for it, in `actions`. */
  | { readonly kind: 'paused'; readonly cause: SuspensionCause; readonly position: number };

export interface FoldedRun {
  readonly end: FoldedEnd;
  readonly effects: TriggerEffects;
  /** For the execution record. */
  readonly results: readonly ActionResult[];
}

/**
 * Adds up what the actions of one run asked for.
 *
 * Fails closed: an action that broke may have been the one that refuses, and so may one that the
 * sandbox does not report on, or one whose commands cannot be read.
 */
export function foldResults(input: FoldInput): FoldedRun {
  const draft = createEffectsDraft(input.event, input.earlier);
  const budgets = createCommandBudgets(input.event, input.earlier);
  const secrets = input.actions.flatMap((action) => Object.values(action.secrets));
  const results: ActionResult[] = [];
  let end: FoldedEnd | undefined;
  for (const [position, result] of input.results.entries()) {
    let reported = result;
    if (end === undefined) {
      const step = foldResult({ ...input, draft, budgets, secrets }, result, position);
      reported = step.result;
      end = step.end;
    } else {
      // Nothing runs after an end: the report is not of a chain of ours.
      reported = withoutCommands(result);
      if (end.kind !== 'failed') end = disorder({ ...input, secrets }, result);
    }
    results.push(toRecord(reported, secrets));
  }
  if (end === undefined && input.results.length < input.actions.length) {
    end = { kind: 'failed', message: 'The actions ended without a result' };
  }
  const finalEnd = end ?? { kind: 'completed' };
  const grantsTokens = finalEnd.kind === 'completed' || finalEnd.kind === 'paused';
  const effects = grantsTokens ? toEffects(draft) : toEffectsWithoutGrants(draft);
  return { end: finalEnd, effects, results };
}

interface FoldContext extends FoldInput {
  readonly draft: EffectsDraft;
  readonly budgets: CommandBudgets;
  readonly secrets: readonly string[];
}

interface FoldedStep {
  readonly result: ActionResult;
  readonly end?: FoldedEnd;
}

function foldResult(context: FoldContext, result: ActionResult, position: number): FoldedStep {
  if (context.actions[position]?.versionId !== result.versionId) {
    return { result: withoutCommands(result), end: disorder(context, result) };
  }
  const isBroken = result.kind === 'failed' || result.kind === 'limit-exceeded';
  const isContinued = context.earlier !== undefined && position === 0;
  const folded = foldCommands({ ...context, isContinued }, result.commands);
  if (folded.kind === 'unreadable') return refuseReport(context, result, folded.problem);
  // What a broken action asked for has no effect, but for its refusal: that was its decision.
  if (!isBroken || folded.refusal !== undefined) folded.apply(result.endedAt);
  const warned = withWarnings(result, folded.warnings);
  if (folded.refusal !== undefined) return { result: warned, end: folded.refusal };
  if (isBroken) {
    return { result: warned, end: { kind: 'failed', message: describeFailure(result, context) } };
  }
  if (folded.suspension === undefined) return { result: warned };
  return { result: warned, end: { kind: 'paused', cause: folded.suspension, position } };
}

/** Commands that nobody has read are not kept: what a database does with them is not known. */
function withoutCommands(result: ActionResult): ActionResult {
  return { ...result, commands: [] };
}

/** A report whose commands no `api` of ours records: the guest was tampered with, or we have a bug. */
function refuseReport(context: FoldContext, result: ActionResult, problem: string): FoldedStep {
  const message = `Action "${result.actionName}" asked for something that cannot be done: ${problem}`;
  const { actionId, actionName, versionId, versionNumber, startedAt, endedAt } = result;
  const refused: Extract<ActionResult, { readonly kind: 'failed' }> = {
    ...{ actionId, actionName, versionId, versionNumber, startedAt, endedAt },
    kind: 'failed',
    commands: [],
    logs: result.logs,
    requests: result.requests,
    error: { name: 'Error', message },
  };
  return {
    result: refused,
    end: { kind: 'failed', message: describeFailure(refused, context) },
  };
}

/**
 * A result where none, or another action's, belongs. A kill can lose the results of the actions
 * before, so a failure is reported as such all the same.
 */
function disorder(context: FailureContext, result: ActionResult): FoldedEnd {
  if (result.kind === 'failed' || result.kind === 'limit-exceeded') {
    return { kind: 'failed', message: describeFailure(result, context) };
  }
  return { kind: 'failed', message: 'The results of the actions are not in order' };
}
