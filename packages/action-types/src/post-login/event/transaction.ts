import type { Dictionary } from '../../shared/json.ts';
import type { ResponseMode, TransactionProtocol } from '../../shared/transaction.ts';

/** A link in a chain of delegation: `act` names on whose behalf this actor acts. */
interface EventActor {
  readonly sub: string;
  readonly act?: EventActor;
  readonly [member: string]: unknown;
}

/** What the application asked for. */
export interface EventTransaction {
  /** The same before and after a redirect. */
  readonly id?: string;
  readonly acr_values?: string[];
  readonly actor?: EventActor;
  readonly actor_token_type?: string;
  readonly correlation_id?: string;
  readonly linking_id?: string;
  /** Language of the pages, worked out from the browser's wishes and the tenant's languages. */
  readonly locale?: string;
  readonly login_hint?: string;
  /** What actions shared with `api.transaction.setMetadata` so far. */
  readonly metadata: { [key: string]: string | number | boolean };
  readonly prompt?: string[];
  readonly protocol?: TransactionProtocol;
  readonly redirect_uri?: string;
  /** Rich authorization requests (RFC 9396). */
  readonly requested_authorization_details?: ({ readonly type: string } & Dictionary)[];
  /** Scopes of the request, with what earlier actions added and removed. */
  readonly requested_scopes?: string[];
  readonly response_mode?: ResponseMode;
  readonly response_type?: string[];
  /** The application's own `state`. */
  readonly state?: string;
  readonly subject_token_type?: string;
  readonly ui_locales?: string[];
  readonly [member: string]: unknown;
}
