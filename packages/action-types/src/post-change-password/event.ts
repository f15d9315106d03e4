import type {
  EventConnection,
  EventCustomDomain,
  EventSecrets,
  EventTenant,
} from '../shared/context.ts';
import type { BasicRequest } from '../shared/request.ts';
import type { RequestAuthentication } from '../shared/risk-supplement.ts';
import type { CorrelatedTransaction } from '../shared/transaction.ts';
import type { EventUser } from '../shared/user.ts';

/** What `onExecutePostChangePassword` gets to know. A private copy: writing to it changes nothing. */
export interface PostChangePasswordEvent {
  readonly authentication?: RequestAuthentication;
  /** The database that the person's password is in. */
  readonly connection: EventConnection;
  readonly custom_domain?: EventCustomDomain;
  /** The request that changed the password: the person's own, or one of the management API. */
  readonly request: BasicRequest;
  readonly secrets: EventSecrets;
  readonly tenant: EventTenant;
  readonly transaction?: CorrelatedTransaction;
  /** The person whose password was changed; `last_password_reset` is the time of this change. */
  readonly user: Partial<
    Pick<
      EventUser,
      | 'user_id'
      | 'email'
      | 'email_verified'
      | 'username'
      | 'phone_number'
      | 'phone_verified'
      | 'last_password_reset'
    >
  >;
}
