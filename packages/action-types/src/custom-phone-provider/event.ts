import type {
  EventBrandedTenant,
  EventClient,
  EventConnection,
  EventCustomDomain,
  EventOrganization,
  EventSecrets,
} from '../shared/context.ts';
import type { EventIdentity } from '../shared/identity.ts';
import type { BasicRequest } from '../shared/request.ts';
import type { CorrelatedTransaction } from '../shared/transaction.ts';
import type { EventUser } from '../shared/user.ts';

/** What `onExecuteCustomPhoneProvider` gets to know. A private copy: writing to it changes nothing. */
export interface CustomPhoneProviderEvent {
  /** The application that caused the message. */
  readonly client: EventClient;
  readonly connection?: EventConnection;
  readonly custom_domain?: EventCustomDomain;
  /** The message, ready to be sent. It can hold a code: keep it out of logs. */
  readonly notification: {
    /** For `delivery_method: 'text'`; at most 1,024 characters. */
    readonly as_text: string;
    /** For `delivery_method: 'voice'`; at most 1,024 characters. */
    readonly as_voice: string;
    /** The one-time code alone; absent in messages that have none. */
    readonly code?: string;
    readonly delivery_method: 'text' | 'voice';
    /** Phone number of the sender, E.164; absent when the tenant has not set one. */
    readonly from?: string;
    /** Language that it is written in, e.g. `en`. */
    readonly locale?: string;
    readonly message_type:
      | 'otp_verify'
      | 'otp_enroll'
      | 'blocked_account'
      | 'change_password'
      | 'password_breach';
    /** Phone number, E.164: `+41445550100`. */
    readonly recipient: string;
  };
  readonly organization?: EventOrganization;
  readonly request: BasicRequest;
  readonly secrets: EventSecrets;
  readonly tenant: EventBrandedTenant;
  readonly transaction?: CorrelatedTransaction;
  readonly user: EventUser & {
    readonly identities?: EventIdentity[];
    readonly [member: string]: unknown;
  };
}
