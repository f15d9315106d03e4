import type { JsonObject } from '../json.ts';

/** What a one-time secret is for; no secret serves two purposes. */
export type TicketKind =
  /** A link to a new password; payload: what happens next. */
  | 'password-reset'
  | 'email-verification'
  /** A question that a browser has to answer, and that it has. */
  | 'bot-challenge'
  /** A link that lifts a block of brute-force protection. */
  | 'unblock-account'
  /** Passwordless code or link: key is connection and address. */
  | 'passwordless'
  /** `mfa_token` of the authentication API. */
  | 'mfa-token'
  /** Out-of-band code: an SMS, voice or e-mail challenge, or an enrollment by these. */
  | 'mfa-code'
  /** Challenge of a WebAuthn ceremony. */
  | 'webauthn-challenge'
  /** `state` of a login at an upstream provider. */
  | 'upstream-login'
  /** A suspended password reset; key is its `state`. */
  | 'reset-step';

/** Something that is used once, within a time, after which it is gone. */
export interface Ticket {
  readonly kind: TicketKind;
  readonly userId?: string;
  /** Sealed at rest. At most 300 kB of JSON. */
  readonly payload: JsonObject;
  /** How often `attempt` was called, this time included. */
  readonly attempts: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}
