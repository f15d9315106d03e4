import type {
  EventConnection,
  EventCustomDomain,
  EventSecrets,
  EventSecurityContext,
  EventTenant,
} from '../shared/context.ts';
import type { BasicRequest } from '../shared/request.ts';
import type { RequestAuthentication } from '../shared/risk-supplement.ts';
import type { RegistrationTransaction } from '../shared/transaction.ts';
import type { EventUser } from '../shared/user.ts';

/** What `onExecutePostUserRegistration` gets to know. A private copy: writing to it changes nothing. */
export interface PostUserRegistrationEvent {
  readonly authentication?: RequestAuthentication;
  readonly connection: EventConnection;
  readonly custom_domain?: EventCustomDomain;
  readonly request?: BasicRequest;
  readonly secrets: EventSecrets;
  readonly security_context?: EventSecurityContext;
  readonly tenant: EventTenant;
  readonly transaction?: RegistrationTransaction;
  /** The person who has just been added. */
  readonly user: EventUser & { readonly [member: string]: unknown };
}
