import {
  type AuthorableTriggerId,
  TRIGGER_AUTHORING,
  type TriggerAuthoring,
} from '@tessera/action-types';
import { CREATE_API } from '../api/create-api.ts';
import type { CommandBudgets } from '../commands/command-budgets.ts';
import type {
  ChainAction,
  ChainActionResult,
  ChainEnvironment,
  ScopeReport,
} from './chain-contract.ts';
import { CommandRecorder } from './command-recorder.ts';
import type { NextEvent } from './next-event.ts';

/** What the actions of one run share. */
export interface Chain<Action extends ChainAction> {
  readonly triggerId: AuthorableTriggerId;
  readonly canRedirect: boolean;
  readonly environment: ChainEnvironment<Action>;
  readonly nextEvent: NextEvent;
  readonly budgets: CommandBudgets;
}

/** An action that has run. */
export interface ActionRun {
  /** No later action runs. */
  readonly isLast: boolean;
  /** The result, with the calls that came late until now. */
  toResult(): ChainActionResult;
}

type HandlerKind = 'execute' | 'continue';
type Ending = 'completed' | 'skipped';

/** Runs one action. Whatever its code does ends in the result. */
export async function runAction<Action extends ChainAction>(
  chain: Chain<Action>,
  action: Action,
  handlerKind: HandlerKind,
): Promise<ActionRun> {
  const { environment } = chain;
  const startedAt = environment.nowMs();
  environment.onActionStart?.(action, startedAt);
  const ownEvent = chain.nextEvent.copy();
  const recorder = new CommandRecorder({
    nextEvent: chain.nextEvent,
    ownEvent,
    budgets: chain.budgets,
    nowMs: () => environment.nowMs(),
  });
  const report = await environment.scope(action, async (): Promise<Ending> => {
    try {
      const exported = await environment.load(action);
      const handler = findHandler(exported, chain.triggerId, handlerKind);
      if (handler === undefined) return 'skipped';
      const event = Object.assign(ownEvent, { secrets: { ...action.secrets } });
      const api = CREATE_API[chain.triggerId]({
        recorder,
        environment,
        handler: handlerKind,
        canRedirect: chain.canRedirect,
        event: chain.nextEvent.current,
      });
      await Reflect.apply(handler, exported, [event, api]);
      return 'completed';
    } finally {
      recorder.close();
    }
  });
  // The scope can end before the handler does: at an error that escaped it.
  recorder.close();
  const ending = describeEnding(report, recorder, environment);
  const endedAt = environment.nowMs();
  return {
    isLast: ending.kind === 'failed' || recorder.isStopping,
    toResult: () => ({
      actionId: action.actionId,
      actionName: action.actionName,
      versionId: action.versionId,
      versionNumber: action.versionNumber,
      startedAt,
      endedAt,
      commands: recorder.commands,
      logs: [...report.logs, ...recorder.lines],
      requests: report.requests,
      ...ending,
    }),
  };
}

/** The export to call; undefined when there is none, and the action is skipped. */
function findHandler(
  exported: Readonly<Record<string, unknown>>,
  triggerId: AuthorableTriggerId,
  kind: HandlerKind,
): ((...args: unknown[]) => unknown) | undefined {
  const authoring: TriggerAuthoring = TRIGGER_AUTHORING[triggerId];
  const name = authoring[kind];
  if (name === undefined) throw new Error(`The trigger "${triggerId}" cannot be continued`);
  // `module.exports` is whatever the author assigned, null included.
  const handler: unknown = exported?.[name];
  if (handler === undefined || handler === null) return undefined;
  if (typeof handler !== 'function') throw new TypeError(`exports.${name} must be a function`);
  return handler as (...args: unknown[]) => unknown;
}

function describeEnding(
  report: ScopeReport<Ending>,
  recorder: CommandRecorder,
  environment: Pick<ChainEnvironment, 'describeError'>,
) {
  if (recorder.refusal !== undefined) {
    return { kind: 'failed', error: environment.describeError(recorder.refusal) } as const;
  }
  if (report.outcome.ok) return { kind: report.outcome.value } as const;
  return { kind: 'failed', error: environment.describeError(report.outcome.error) } as const;
}
