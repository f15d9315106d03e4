import type { JsonObject } from '@tessera/model';
import type { ChainEnvironment } from '../chain/chain-contract.ts';
import type { CommandRecorder } from '../chain/command-recorder.ts';
import type { TriggerCommand } from '../commands/trigger-command.ts';

/** What the methods of `api` work on, for one action of one run. */
export interface ApiContext {
  readonly recorder: CommandRecorder;
  readonly environment: Pick<ChainEnvironment, 'nowMs' | 'callHost' | 'signToken' | 'verifyToken'>;
  readonly handler: 'execute' | 'continue';
  readonly canRedirect: boolean;
  /** The event as the platform knows it; the action has no hold of it. */
  readonly event: JsonObject;
}

/** `ApiContext` for a group whose methods return `api` itself. */
export interface GroupContext<Api> extends ApiContext {
  /** The finished object; called when a method runs, by when it exists. */
  readonly api: () => Api;
}

/**
 * One call that records a command: nothing after the handler settled, else what `read` makes of the
 * arguments. `read` throws on wrong arguments; undefined means that there is nothing to record.
 */
export function recordCall<Api>(
  context: GroupContext<Api>,
  method: TriggerCommand['method'],
  read: () => TriggerCommand | undefined,
): Api {
  if (context.recorder.isOpen(method)) {
    const command = read();
    if (command !== undefined) context.recorder.record(command);
  }
  return context.api();
}
