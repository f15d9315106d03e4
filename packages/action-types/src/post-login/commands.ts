import type { JsonValue } from '../shared/json.ts';

/** What the `api` of this trigger records. */
export type PostLoginCommand =
  | {
      readonly method: 'access.deny';
      readonly args: readonly [reason: string] | readonly [code: string, reason: string];
    }
  | { readonly method: 'accessToken.addScope'; readonly args: readonly [scope: string] }
  | { readonly method: 'accessToken.removeScope'; readonly args: readonly [scope: string] }
  | {
      readonly method: 'accessToken.setCustomClaim';
      readonly args: readonly [name: string, value: JsonValue];
    }
  | {
      readonly method: 'idToken.setCustomClaim';
      readonly args: readonly [name: string, value: JsonValue];
    }
  | {
      readonly method: 'redirect.sendUserTo';
      readonly args: readonly [
        url: string,
        options: { readonly query: { readonly [name: string]: string } },
      ];
    }
  | {
      readonly method: 'transaction.setMetadata';
      readonly args: readonly [key: string, value: string | number | boolean | null];
    }
  | {
      readonly method: 'user.setAppMetadata';
      readonly args: readonly [key: string, value: JsonValue];
    }
  | {
      readonly method: 'user.setUserMetadata';
      readonly args: readonly [key: string, value: JsonValue];
    }
  | {
      readonly method: 'validation.error';
      readonly args: readonly [code: string, message: string];
    };
