import { type AuthorableTriggerId, TRIGGER_AUTHORING } from '@tessera/action-types';
import { createCommandBudgets } from '../commands/command-budgets.ts';
import type {
  ChainAction,
  ChainActionResult,
  ChainEnvironment,
  ChainRequest,
} from './chain-contract.ts';
import { NextEvent } from './next-event.ts';
import { type ActionRun, type Chain, runAction } from './run-action.ts';

/**
 * Runs the actions of a trigger one after another, inside the sandbox. Stops after one that failed,
 * refused, redirected or complained about the input. Deadlines are the host's: it ends the process.
 *
 * Resolves with one result for each action that started. Rejects only when the guest is broken.
 */
export async function runChain<Action extends ChainAction>(
  request: ChainRequest<Action>,
  environment: ChainEnvironment<Action>,
): Promise<readonly ChainActionResult[]> {
  const { triggerId } = request;
  if (!isAuthorable(triggerId)) throw new Error(`The trigger "${triggerId}" has no actions`);
  const chain: Chain<Action> = {
    triggerId,
    canRedirect: request.canRedirect === true,
    environment,
    nextEvent: new NextEvent(request.event),
    budgets: createCommandBudgets(request.event),
  };
  const runs: ActionRun[] = [];
  for (const [position, action] of request.actions.entries()) {
    const handler = position === 0 ? request.firstHandler : 'execute';
    const run = await runAction(chain, action, handler);
    runs.push(run);
    environment.onActionEnd?.(action, run.toResult());
    if (run.isLast) break;
  }
  // Only now, so that the results hold the late calls of actions that left work running.
  return runs.map((run) => run.toResult());
}

export function isAuthorable(triggerId: string): triggerId is AuthorableTriggerId {
  return Object.hasOwn(TRIGGER_AUTHORING, triggerId);
}
