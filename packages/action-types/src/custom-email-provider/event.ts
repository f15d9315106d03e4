import type {
  EventBrandedTenant,
  EventClient,
  EventConnection,
  EventCustomDomain,
  EventOrganization,
  EventSecrets,
} from '../shared/context.ts';
import type { GeoIp } from '../shared/request.ts';
import type { CorrelatedTransaction } from '../shared/transaction.ts';
import type { EventUser } from '../shared/user.ts';

/** What `onExecuteCustomEmailProvider` gets to know. A private copy: writing to it changes nothing. */
export interface CustomEmailProviderEvent {
  /** The application that caused the message. */
  readonly client: EventClient;
  readonly connection?: EventConnection;
  readonly custom_domain?: EventCustomDomain;
  /** The message, ready to be sent. It can hold links and codes: keep it out of logs. */
  readonly notification: {
    /** Sender: an address, or `Name <address>`. At most 400 characters. */
    readonly from: string;
    /** At most 20,000 characters. */
    readonly html: string;
    /** Language that it is written in, e.g. `en`. */
    readonly locale: string;
    readonly message_type:
      | 'verify_email'
      | 'verify_email_by_code'
      | 'reset_email'
      | 'reset_email_by_code'
      | 'welcome_email'
      | 'verification_code'
      | 'mfa_oob_code'
      | 'enrollment_email'
      | 'blocked_account'
      | 'stolen_credentials'
      /** Sent to try the provider out. */
      | 'try_provider_configuration_email'
      | 'organization_invitation';
    readonly subject: string;
    /** The same message without markup; at most 20,000 characters. */
    readonly text: string;
    /** Address of the recipient. */
    readonly to: string;
  };
  readonly organization?: EventOrganization;
  /** The request that caused the message; empty when none did. */
  readonly request: {
    readonly geoip?: GeoIp;
    readonly hostname?: string;
    readonly ip?: string;
    readonly query?: { [name: string]: string };
    readonly user_agent?: string;
  };
  readonly secrets: EventSecrets;
  readonly tenant: EventBrandedTenant;
  readonly transaction?: CorrelatedTransaction;
  readonly user: Pick<
    EventUser,
    | 'user_id'
    | 'email'
    | 'email_verified'
    | 'username'
    | 'name'
    | 'nickname'
    | 'given_name'
    | 'family_name'
    | 'picture'
    | 'app_metadata'
    | 'user_metadata'
  > & { readonly [member: string]: unknown };
}
