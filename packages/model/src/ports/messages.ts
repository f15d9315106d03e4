import type { Client } from '../entities/client.ts';
import type { Connection } from '../entities/connection.ts';
import type { EmailTemplateName } from '../entities/message.ts';
import type { Tenant } from '../entities/tenant.ts';
import type { User } from '../entities/user.ts';
import type { JsonObject } from '../json.ts';
import type { RequestFacts } from './http.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import type { TenantStore } from './store.ts';

/** In whose name a message is sent. */
export interface MessageContext {
  readonly tenant: Tenant;
  /** The store of that tenant; that of a transaction only together with `options.transaction`. */
  readonly store: TenantStore;
  /** Public base URL of the tenant, with a trailing slash. */
  readonly baseUrl: string;
  readonly client?: Client;
  readonly connection?: Connection;
  readonly request?: RequestFacts;
  /** Languages of the person, best first. */
  readonly languages?: readonly string[];
}

/** An e-mail from a template. */
export interface EmailMessage {
  readonly template: EmailTemplateName;
  readonly to: string;
  /** Absent where nobody has the address (passwordless sign-up). Read anew when the message is sent. */
  readonly user?: User;
  /** Values for the template: `url`, `code`, `operation`, ... Names as the hosted service's templates have them. */
  readonly variables: JsonObject;
}

/** A text message or a call. */
export interface PhoneMessage {
  /** E.164. */
  readonly to: string;
  readonly user?: User;
  readonly via: 'sms' | 'voice';
  /**
   * `mfa-…`: goes through send-phone-message when an Action is bound to it, else through
   * custom-phone-provider; all others through custom-phone-provider.
   */
  readonly purpose:
    | 'mfa-enrollment'
    | 'mfa-challenge'
    | 'otp-verify'
    | 'otp-enroll'
    | 'change-password'
    | 'blocked-account'
    | 'password-breach';
  readonly code?: string;
  readonly variables?: JsonObject;
  /** Liquid text in place of the server's own (`guardian/factors/sms/templates`); knows `code` and the variables. */
  readonly text?: string;
}

/**
 * Sends messages; implemented by `messages`.
 *
 * Both methods put the message into the outbox and return when that is durable; a job does the rest with
 * retries. So they take the same time whether anybody has the address or not, and a broken mail server
 * never breaks a flow. With `transaction` the message exists exactly when that commits.
 *
 * Beyond the limits per recipient and tenant a message is dropped with a log entry, and nobody else is told.
 * What becomes of a message stands in the tenant log: `fn` for one that could not be sent, `gd_send_sms`,
 * `gd_send_voice`, `gd_send_email` and `gd_send_…_failure` for second factors; callers write none of these.
 */
export interface Messages {
  sendEmail(
    context: MessageContext,
    message: EmailMessage,
    options?: { readonly transaction?: SqlTransaction },
  ): Promise<void>;
  sendPhoneMessage(
    context: MessageContext,
    message: PhoneMessage,
    options?: { readonly transaction?: SqlTransaction },
  ): Promise<void>;
}
