import type { Connection } from '@tessera/model';
import { z } from 'zod';

/** What the options of a database connection say of passkeys. */
export interface PasskeyOptions {
  readonly isEnabled: boolean;
  /** How the login page asks: in the field of the identifier, by a button, or both. */
  readonly challengeUi: 'both' | 'autofill' | 'button';
  /** Whoever logs in with a password is offered a passkey. */
  readonly isEnrollmentOffered: boolean;
}

const optionsSchema = z.object({
  authentication_methods: z
    .object({ passkey: z.object({ enabled: z.boolean().nullish() }).nullish() })
    .nullish(),
  passkey_options: z
    .object({
      challenge_ui: z.enum(['both', 'autofill', 'button']).nullish(),
      progressive_enrollment_enabled: z.boolean().nullish(),
    })
    .nullish(),
});

/** Reads the options; what cannot be read switches nothing on. */
export function readPasskeyOptions(connection: Connection): PasskeyOptions {
  const { success, data } = optionsSchema.safeParse(connection.options);
  const { authentication_methods: methods, passkey_options: options } = success ? data : {};
  return {
    isEnabled: connection.strategy === 'auth0' && methods?.passkey?.enabled === true,
    challengeUi: options?.challenge_ui ?? 'both',
    isEnrollmentOffered: options?.progressive_enrollment_enabled !== false,
  };
}
