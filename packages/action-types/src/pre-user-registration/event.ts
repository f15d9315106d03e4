import type {
  EventClient,
  EventConnection,
  EventCustomDomain,
  EventSecrets,
  EventSecurityContext,
  EventTenant,
} from '../shared/context.ts';
import type { Dictionary } from '../shared/json.ts';
import type { BasicRequest } from '../shared/request.ts';
import type { RequestAuthentication } from '../shared/risk-supplement.ts';
import type { RegistrationTransaction } from '../shared/transaction.ts';

/** What `onExecutePreUserRegistration` gets to know. A private copy: writing to it changes nothing. */
export interface PreUserRegistrationEvent {
  readonly authentication?: RequestAuthentication;
  /** Absent when the management API creates the user. */
  readonly client?: EventClient;
  readonly connection: EventConnection;
  readonly custom_domain?: EventCustomDomain;
  readonly request: BasicRequest & {
    /** Body of the request, without the password. */
    readonly body: Dictionary;
  };
  readonly secrets: EventSecrets;
  readonly security_context?: EventSecurityContext;
  readonly tenant: EventTenant;
  readonly transaction?: RegistrationTransaction & { readonly correlation_id?: string };
  /** The person as entered; there is no id yet. */
  readonly user: {
    readonly email?: string;
    readonly username?: string;
    readonly phone_number?: string;
    readonly name?: string;
    readonly nickname?: string;
    readonly given_name?: string;
    readonly family_name?: string;
    readonly picture?: string;
    readonly app_metadata?: Dictionary;
    readonly user_metadata?: Dictionary;
  };
}
