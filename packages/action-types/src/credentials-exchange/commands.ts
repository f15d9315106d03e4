import type { Command } from '../shared/commands.ts';
import type { JsonValue } from '../shared/json.ts';

/** What the `api` of this trigger records. */
export type CredentialsExchangeCommand =
  | Command<'access.deny', readonly [code: string] | readonly [code: string, reason: string]>
  | Command<'accessToken.setCustomClaim', readonly [name: string, value: JsonValue]>
  | Command<
      'transaction.addTargetScope' | 'transaction.removeTargetScope',
      readonly [scope: string]
    >
  | Command<'transaction.setTargetScopes', readonly [scopes: readonly string[]]>
  | Command<'transaction.clearTargetScopes', readonly []>;
