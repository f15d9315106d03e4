import type { ChallengeFactor } from './challenge-api.ts';
import type { JsonValue } from './json.ts';

/**
 * One call that `api` recorded: the method, and its arguments with defaults filled in. Of several
 * names it makes a union with a member for each.
 */
export type Command<Method extends string, Args extends readonly unknown[]> = Method extends unknown
  ? { readonly method: Method; readonly args: Args }
  : never;

/** `api.user`. */
export type UserMetadataCommand = Command<
  'user.setAppMetadata' | 'user.setUserMetadata',
  readonly [key: string, value: JsonValue]
>;

/** `api.authentication.challengeWith...`. */
export type ChallengeCommand =
  | Command<
      'authentication.challengeWith',
      readonly [
        factor: ChallengeFactor,
        options: { readonly additionalFactors: readonly ChallengeFactor[] },
      ]
    >
  | Command<'authentication.challengeWithAny', readonly [factors: readonly ChallengeFactor[]]>;

/** `api.redirect.sendUserTo`. */
export type RedirectCommand = Command<
  'redirect.sendUserTo',
  readonly [url: string, options: { readonly query: { readonly [name: string]: string } }]
>;

/** `api.prompt.render`. */
export type PromptCommand = Command<
  'prompt.render',
  readonly [
    promptId: string,
    promptOptions: {
      readonly fields: { readonly [field: string]: JsonValue };
      readonly vars: { readonly [variable: string]: JsonValue };
    },
  ]
>;

/** `api.notification`. */
export type NotificationCommand = Command<
  'notification.drop' | 'notification.retry',
  readonly [reason: string]
>;

/** `api.validation.error`. */
export type ValidationCommand = Command<
  'validation.error',
  readonly [code: string, message: string]
>;
