import type { JsonObject } from '../json.ts';

/** E-mail templates, by the management API's names. */
export type EmailTemplateName =
  | 'verify_email'
  | 'verify_email_by_code'
  | 'reset_email'
  | 'reset_email_by_code'
  | 'welcome_email'
  | 'blocked_account'
  | 'stolen_credentials'
  | 'enrollment_email'
  | 'mfa_oob_code'
  | 'change_password'
  | 'password_reset'
  | 'user_invitation'
  | 'async_approval'
  /** Passwordless: code and link in one; its own template stands at the connection. */
  | 'passwordless_email';

/** A message on its way, or kept because there is no way. */
export interface OutboxMessage {
  /** `msg_` and 24 letters and digits. */
  readonly id: string;
  readonly channel: 'email' | 'phone';
  readonly to: string;
  /** Name of the template (e-mail) or kind of the message (phone). */
  readonly template: string;
  readonly userId?: string;
  readonly status: 'queued' | 'kept' | 'sent' | 'dropped' | 'failed';
  /** Subject, bodies, code, link: whatever is sent. Encrypted at rest; removed once sent, unless kept. */
  readonly content: JsonObject;
  readonly attempts: number;
  /** Why it is not sent; without codes and links. */
  readonly error?: string;
  readonly createdAt: Date;
  readonly sentAt?: Date;
}
