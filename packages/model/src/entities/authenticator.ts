import type { JsonObject } from '../json.ts';

/** Kinds of credentials besides the password; `passkey` is a first factor, `recovery-code` replaces a second. */
export type AuthenticatorType =
  | 'totp'
  | 'phone'
  | 'email'
  | 'push-notification'
  | 'webauthn-roaming'
  | 'webauthn-platform'
  | 'passkey'
  | 'recovery-code';

/** A credential that a user has set up besides the password. */
export interface Authenticator {
  /** `<type>|dev_` and 16 letters and digits. Unique in the tenant. */
  readonly id: string;
  readonly userId: string;
  readonly type: AuthenticatorType;
  /** False until the person has shown to hold it; unconfirmed ones count for nothing. */
  readonly isConfirmed: boolean;
  readonly name?: string;
  /** E.164; of `phone`. */
  readonly phoneNumber?: string;
  /** Of `phone`. */
  readonly preferredMethod?: 'sms' | 'voice';
  /** Of `email`. */
  readonly email?: string;
  /** base64url; of WebAuthn credentials, unique in the tenant. */
  readonly credentialId?: string;
  /**
   * What verifies it: the shared secret of `totp`, the hash of a recovery code, the public key, counter and
   * transports of WebAuthn, keys of a push device. Encrypted at rest; never leaves the process.
   */
  readonly secret: JsonObject;
  readonly createdAt: Date;
  readonly lastUsedAt?: Date;
}

/** Input of `AuthenticatorRepository.create`. */
export type NewAuthenticator = Omit<Authenticator, 'createdAt' | 'lastUsedAt'>;
export type AuthenticatorPatch = Partial<
  Pick<
    Authenticator,
    'isConfirmed' | 'name' | 'phoneNumber' | 'preferredMethod' | 'email' | 'secret' | 'lastUsedAt'
  >
>;
