import type {
  CredentialsExchangeCommand,
  PostLoginCommand,
  PreUserRegistrationCommand,
} from '@tessera/action-types';
import type { CommandOf } from '../commands/trigger-command.ts';
import { appendQuery } from '../redirect/append-query.ts';
import type { TriggerEnd } from '../trigger-pipeline.ts';

/** What a command decides about the flow. */
export type Decision =
  | Extract<TriggerEnd, { readonly kind: 'denied' | 'invalid' }>
  | { readonly kind: 'redirect'; readonly url: string };

const DECIDERS: {
  readonly [T in keyof CommandOf]: (command: CommandOf[T]) => Decision | undefined;
} = {
  'post-login': decidePostLogin,
  'credentials-exchange': decideCredentialsExchange,
  'pre-user-registration': decidePreUserRegistration,
  'post-user-registration': () => undefined,
  'post-change-password': () => undefined,
};

/** The decision in a command; undefined when it leaves the flow as it is. */
export function decide<T extends keyof CommandOf>(
  triggerId: T,
  command: CommandOf[T],
): Decision | undefined {
  return DECIDERS[triggerId](command);
}

function decidePostLogin(command: PostLoginCommand): Decision | undefined {
  switch (command.method) {
    case 'access.deny': {
      const [first, second] = command.args;
      return second === undefined
        ? { kind: 'denied', reason: first }
        : { kind: 'denied', code: first, reason: second };
    }
    case 'validation.error':
      return { kind: 'invalid', code: command.args[0], message: command.args[1] };
    case 'redirect.sendUserTo':
      return { kind: 'redirect', url: appendQuery(command.args[0], command.args[1].query) };
    default:
      return undefined;
  }
}

function decideCredentialsExchange(command: CredentialsExchangeCommand): Decision | undefined {
  if (command.method !== 'access.deny') return undefined;
  const [code, reason] = command.args;
  return { kind: 'denied', code, reason: reason ?? code };
}

function decidePreUserRegistration(command: PreUserRegistrationCommand): Decision | undefined {
  switch (command.method) {
    case 'access.deny':
      return { kind: 'denied', reason: command.args[0], userMessage: command.args[1] };
    case 'validation.error':
      return { kind: 'invalid', code: command.args[0], message: command.args[1] };
    default:
      return undefined;
  }
}
