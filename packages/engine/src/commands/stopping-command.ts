import type { CommandNamed, TriggerCommand } from './trigger-command.ts';

/** Methods that decide about the flow: no later action runs after an action that called one. */
const STOPPING_METHODS = [
  'access.deny',
  'access.rejectInvalidSubjectToken',
  'authentication.challengeWith',
  'authentication.challengeWithAny',
  'authentication.enrollWith',
  'authentication.enrollWithAny',
  'notification.drop',
  'notification.retry',
  'prompt.render',
  'redirect.sendUserTo',
  'refreshToken.revoke',
  'session.revoke',
  'validation.error',
] as const satisfies readonly TriggerCommand['method'][];

const STOPPING: ReadonlySet<string> = new Set(STOPPING_METHODS);

/** A command that ends or suspends the flow. */
export type StoppingCommand = CommandNamed<(typeof STOPPING_METHODS)[number]>;

export function isStopping(command: TriggerCommand): command is StoppingCommand {
  return STOPPING.has(command.method);
}
