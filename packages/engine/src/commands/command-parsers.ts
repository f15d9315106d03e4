import type { RecordedCommand } from '@tessera/model';
import {
  errorCode,
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
import type { CommandOf } from './trigger-command.ts';

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
const setMetadata = exactly(memberName, json);
const validationError = exactly(errorCode, text);

/** What the host accepts from the guest, by trigger. */
const PARSERS: { readonly [T in keyof CommandOf]: ParserTable<CommandOf[T]> } = {
  'post-login': {
    'access.deny': either(exactly(text), exactly(errorCode, text)),
    'accessToken.addScope': exactly(scope),
    'accessToken.removeScope': exactly(scope),
    'accessToken.setCustomClaim': setClaim,
    'idToken.setCustomClaim': setClaim,
    'redirect.sendUserTo': exactly(redirectUrl, redirectOptions),
    'transaction.setMetadata': exactly(transactionMetadataKey, transactionMetadataValue),
    'user.setAppMetadata': setMetadata,
    'user.setUserMetadata': setMetadata,
    'validation.error': validationError,
  },
  'credentials-exchange': {
    'access.deny': either(exactly(errorCode), exactly(errorCode, text)),
    'accessToken.setCustomClaim': setClaim,
    'transaction.addTargetScope': exactly(scope),
    'transaction.removeTargetScope': exactly(scope),
    'transaction.setTargetScopes': exactly(scopes),
    'transaction.clearTargetScopes': exactly(),
  },
  'pre-user-registration': {
    'access.deny': exactly(text, text),
    'user.setAppMetadata': setMetadata,
    'user.setUserMetadata': setMetadata,
    'validation.error': validationError,
  },
  'post-user-registration': {},
  'post-change-password': {},
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
