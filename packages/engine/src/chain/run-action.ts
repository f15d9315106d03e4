import type { AuthorableTriggerId } from '@tessera/action-types';
import { CREATE_API } from '../api/create-api.ts';
import type { CommandBudgets } from '../commands/command-budgets.ts';
import type {
  ChainAction,
  ChainActionResult,
  ChainEnvironment,
  ScopeReport,
} from './chain-contract.ts';
import { CommandRecorder } from './command-recorder.ts';
import { findHandler } from './find-handler.ts';
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
      if (typeof handler !== 'function') {
        if (handler.mistake !== undefined) recorder.warn(handler.mistake);
        return 'skipped';
      }
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
  const ending = describeEnding(report, environment);
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

function describeEnding(
  report: ScopeReport<Ending>,
  environment: Pick<ChainEnvironment, 'describeError'>,
) {
  if (report.outcome.ok) return { kind: report.outcome.value } as const;
  return { kind: 'failed', error: environment.describeError(report.outcome.error) } as const;
}
