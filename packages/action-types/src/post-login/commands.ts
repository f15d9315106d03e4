import type {
  ChallengeCommand,
  Command,
  PromptCommand,
  RedirectCommand,
  UserMetadataCommand,
  ValidationCommand,
} from '../shared/commands.ts';
import type { JsonValue } from '../shared/json.ts';
import type { EnrollmentFactor } from './api/authentication.ts';
import type { MultifactorProvider } from './api/multifactor.ts';
import type { SessionCookieMode } from './event/session.ts';

/** What the `api` of this trigger records. */
export type PostLoginCommand =
  | Command<'access.deny', readonly [reason: string] | readonly [code: string, reason: string]>
  | Command<'accessToken.addScope' | 'accessToken.removeScope', readonly [scope: string]>
  | Command<
      'accessToken.setCustomClaim' | 'idToken.setCustomClaim',
      readonly [name: string, value: JsonValue]
    >
  | Command<
      'transaction.setMetadata',
      readonly [key: string, value: string | number | boolean | null]
    >
  | Command<
      'multifactor.enable',
      readonly [provider: MultifactorProvider, options: { readonly allowRememberBrowser: boolean }]
    >
  | ChallengeCommand
  | EnrollmentCommand
  | IdentityCommand
  | PromptCommand
  | RedirectCommand
  | SessionCommand
  | UserMetadataCommand
  | ValidationCommand;

type EnrollmentCommand =
  | Command<
      'authentication.enrollWith',
      readonly [
        factor: EnrollmentFactor,
        options: { readonly additionalFactors: readonly EnrollmentFactor[] },
      ]
    >
  | Command<'authentication.enrollWithAny', readonly [factors: readonly EnrollmentFactor[]]>;

type IdentityCommand =
  | Command<'authentication.recordMethod', readonly [providerUrl: string]>
  | Command<'authentication.setPrimaryUser', readonly [primaryUserId: string]>;

type SessionCommand =
  | Command<
      | 'session.setExpiresAt'
      | 'session.setIdleExpiresAt'
      | 'refreshToken.setExpiresAt'
      | 'refreshToken.setIdleExpiresAt',
      readonly [epochMs: number]
    >
  | Command<
      'session.setMetadata' | 'refreshToken.setMetadata',
      readonly [key: string, value: string]
    >
  | Command<'session.deleteMetadata' | 'refreshToken.deleteMetadata', readonly [key: string]>
  | Command<'session.evictMetadata' | 'refreshToken.evictMetadata', readonly []>
  | Command<'session.setCookieMode', readonly [mode: SessionCookieMode]>
  | Command<
      'session.revoke',
      readonly [reason: string, options: { readonly preserveRefreshTokens: boolean }]
    >
  | Command<'refreshToken.revoke', readonly [reason: string]>;
