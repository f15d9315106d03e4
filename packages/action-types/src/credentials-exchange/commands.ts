import type { JsonValue } from '../shared/json.ts';

/** What the `api` of this trigger records. */
export type CredentialsExchangeCommand =
  | {
      readonly method: 'access.deny';
      readonly args: readonly [code: string] | readonly [code: string, reason: string];
    }
  | {
      readonly method: 'accessToken.setCustomClaim';
      readonly args: readonly [name: string, value: JsonValue];
    }
  | { readonly method: 'transaction.addTargetScope'; readonly args: readonly [scope: string] }
  | { readonly method: 'transaction.removeTargetScope'; readonly args: readonly [scope: string] }
  | {
      readonly method: 'transaction.setTargetScopes';
      readonly args: readonly [scopes: readonly string[]];
    }
  | { readonly method: 'transaction.clearTargetScopes'; readonly args: readonly [] };
