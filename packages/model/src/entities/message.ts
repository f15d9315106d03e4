import type { JsonObject } from '../json.ts';

/** E-mail templates, by the management API's names. */
export type EmailTemplateName =
  | 'verify_email'
  | 'verify_email_by_code'
  | 'auth_email_by_code'
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

/** A tenant's own e-mail template, in Liquid. What is absent is as in the server's own. */
export interface EmailTemplate {
  readonly name: EmailTemplateName;
  /** HTML. */
  readonly body?: string;
  /** An address, or `Name <address>`; Liquid. */
  readonly from?: string;
  readonly subject?: string;
  readonly syntax?: string;
  /** Where the person goes after following the link. */
  readonly resultUrl?: string;
  readonly urlLifetimeSeconds?: number;
  readonly includeEmailInRedirect?: boolean;
  readonly isEnabled: boolean;
}

/** Kinds of phone messages, by the names of the management API (`branding/phone/templates`). */
export type PhoneTemplateType =
  | 'otp_verify'
  | 'otp_enroll'
  | 'change_password'
  | 'blocked_account'
  | 'password_breach';

/** A tenant's own texts of one kind of phone message, in Liquid. */
export interface PhoneTemplate {
  /** `tem_` and 22 letters and digits. */
  readonly id: string;
  readonly type: PhoneTemplateType;
  readonly isDisabled: boolean;
  /** As the management API has it: `{syntax, from, body: {text, voice}}`. */
  readonly content: JsonObject;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A way out for messages of a tenant. */
export interface MessageProvider {
  /** `email`, or `pro_` and 22 letters and digits for phone. */
  readonly id: string;
  readonly channel: OutboxMessage['channel'];
  /** `smtp`: the server in `credentials`. `custom`: the Action bound to the trigger of the channel. */
  readonly name: 'smtp' | 'custom';
  readonly isEnabled: boolean;
  /** Sender where the template names none: an address, or `Name <address>`; a phone number. */
  readonly defaultFrom?: string;
  /** Further accepted members of the management API. */
  readonly settings: JsonObject;
  /** Decrypted in memory only; never answered. */
  readonly credentials: JsonObject;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
