import type { JsonValue } from '../shared/json.ts';

/** What the `api` of this trigger records. */
export type PreUserRegistrationCommand =
  | {
      readonly method: 'access.deny';
      readonly args: readonly [reason: string, userMessage: string];
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
