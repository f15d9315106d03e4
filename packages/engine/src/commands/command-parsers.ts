import type { CustomEmailProviderCommand } from '@tessera/action-types';
import type { RecordedCommand } from '@tessera/model';
import { CHALLENGE_RULES, ENROLLMENT_RULES } from './factor-rules.ts';
import { formValues } from './form-rules.ts';
import {
  errorCode,
  identifier,
  json,
  memberName,
  type Rule,
  redirectOptions,
  redirectUrl,
  scope,
  scopes,
  text,
  transactionMetadataKey,
  transactionMetadataValue,
} from './rules.ts';
import {
  cookieMode,
  epochMs,
  multifactorOptions,
  multifactorProvider,
  revokeOptions,
  sessionMetadataKey,
  sessionMetadataValue,
} from './session-rules.ts';
import { actor, setUserOptions, userAttributes } from './token-exchange-rules.ts';
import type { CommandNamed, CommandOf } from './trigger-command.ts';

type UserMetadataCommand = CommandNamed<'user.setAppMetadata' | 'user.setUserMetadata'>;
type SuspendingCommand = CommandNamed<
  | 'authentication.challengeWith'
  | 'authentication.challengeWithAny'
  | 'prompt.render'
  | 'redirect.sendUserTo'
>;

type Arguments = readonly unknown[];
type ArgumentsParser<T extends Arguments> = (args: Arguments) => T | undefined;

/** One parser for each method of `C`, no more and no fewer. */
type ParserTable<C extends { readonly method: string; readonly args: Arguments }> = {
  readonly [M in C['method']]: ArgumentsParser<Extract<C, { readonly method: M }>['args']>;
};

/** Accepts exactly as many arguments as there are rules, each by its rule. */
function exactly<T extends Arguments>(
  ...rules: { readonly [K in keyof T]: Rule<T[K]> }
): ArgumentsParser<T> {
  return (args) =>
    args.length === rules.length && rules.every((rule, at) => rule.accepts(args[at]))
      ? (args as T)
      : undefined;
}

/** Accepts what either parser accepts. */
function either<A extends Arguments, B extends Arguments>(
  first: ArgumentsParser<A>,
  second: ArgumentsParser<B>,
): ArgumentsParser<A | B> {
  return (args) => first(args) ?? second(args);
}

const setClaim = exactly(memberName, json);
const validationError = exactly(errorCode, text);
const setTime = exactly(epochMs);
const setText = exactly(sessionMetadataKey, sessionMetadataValue);
const deleteText = exactly(sessionMetadataKey);
const nothing = exactly();

const USER_METADATA: ParserTable<UserMetadataCommand> = {
  'user.setAppMetadata': exactly(memberName, json),
  'user.setUserMetadata': exactly(memberName, json),
};

/** What suspends a flow. */
const SUSPENDING: ParserTable<SuspendingCommand> = {
  'authentication.challengeWith': exactly(CHALLENGE_RULES.factor, CHALLENGE_RULES.options),
  'authentication.challengeWithAny': exactly(CHALLENGE_RULES.factors),
  'prompt.render': exactly(identifier, formValues),
  'redirect.sendUserTo': exactly(redirectUrl, redirectOptions),
};

const NOTIFICATION: ParserTable<CustomEmailProviderCommand> = {
  'notification.drop': exactly(text),
  'notification.retry': exactly(text),
};

/** What the host accepts from the guest, by trigger. */
const PARSERS: { readonly [T in keyof CommandOf]: ParserTable<CommandOf[T]> } = {
  'post-login': {
    'access.deny': either(exactly(text), exactly(errorCode, text)),
    'accessToken.addScope': exactly(scope),
    'accessToken.removeScope': exactly(scope),
    'accessToken.setCustomClaim': setClaim,
    'authentication.enrollWith': exactly(ENROLLMENT_RULES.factor, ENROLLMENT_RULES.options),
    'authentication.enrollWithAny': exactly(ENROLLMENT_RULES.factors),
    'authentication.recordMethod': exactly(redirectUrl),
    'authentication.setPrimaryUser': exactly(identifier),
    'idToken.setCustomClaim': setClaim,
    'multifactor.enable': exactly(multifactorProvider, multifactorOptions),
    'refreshToken.deleteMetadata': deleteText,
    'refreshToken.evictMetadata': nothing,
    'refreshToken.revoke': exactly(text),
    'refreshToken.setExpiresAt': setTime,
    'refreshToken.setIdleExpiresAt': setTime,
    'refreshToken.setMetadata': setText,
    'session.deleteMetadata': deleteText,
    'session.evictMetadata': nothing,
    'session.revoke': exactly(text, revokeOptions),
    'session.setCookieMode': exactly(cookieMode),
    'session.setExpiresAt': setTime,
    'session.setIdleExpiresAt': setTime,
    'session.setMetadata': setText,
    'transaction.setMetadata': exactly(transactionMetadataKey, transactionMetadataValue),
    'validation.error': validationError,
    ...SUSPENDING,
    ...USER_METADATA,
  },
  'credentials-exchange': {
    'access.deny': either(exactly(errorCode), exactly(errorCode, text)),
    'accessToken.setCustomClaim': setClaim,
    'transaction.addTargetScope': exactly(scope),
    'transaction.removeTargetScope': exactly(scope),
    'transaction.setTargetScopes': exactly(scopes),
    'transaction.clearTargetScopes': nothing,
  },
  'pre-user-registration': {
    'access.deny': exactly(text, text),
    'validation.error': validationError,
    ...USER_METADATA,
  },
  'password-reset-post-challenge': {
    'access.deny': exactly(text),
    'transaction.setResultUrl': exactly(redirectUrl, redirectOptions),
    ...SUSPENDING,
  },
  'custom-token-exchange': {
    'access.deny': exactly(errorCode, text),
    'access.rejectInvalidSubjectToken': exactly(text),
    'authentication.setActor': exactly(actor),
    'authentication.setOrganization': exactly(identifier),
    'authentication.setUserByConnection': exactly(identifier, userAttributes, setUserOptions),
    'authentication.setUserById': exactly(identifier),
    ...USER_METADATA,
  },
  'custom-email-provider': NOTIFICATION,
  'custom-phone-provider': NOTIFICATION,
  'post-user-registration': {},
  'post-change-password': {},
  'send-phone-message': {},
  'event-stream': {},
};

/**
 * Reads one command that a guest recorded. Undefined when the trigger has no such method or its
 * arguments are not exactly what the method records.
 */
export function parseCommand<T extends keyof CommandOf>(
  triggerId: T,
  recorded: RecordedCommand,
): CommandOf[T] | undefined {
  const table: Readonly<Record<string, ArgumentsParser<Arguments>>> = PARSERS[triggerId];
  const { method, args } = recorded;
  if (typeof method !== 'string' || !Object.hasOwn(table, method)) return undefined;
  if (!Array.isArray(args)) return undefined;
  const parsed = table[method]?.(args);
  // The table ties each method to its own arguments; the types cannot follow the lookup.
  return parsed === undefined ? undefined : ({ method, args: parsed } as unknown as CommandOf[T]);
}
