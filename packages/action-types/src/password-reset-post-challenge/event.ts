import type { EventAuthenticationMethod } from '../shared/authentication-method.ts';
import type {
  EventClient,
  EventConnection,
  EventCustomDomain,
  EventOrganization,
  EventSecrets,
  EventTenant,
} from '../shared/context.ts';
import type { EventEnrolledFactor, EventIdentity } from '../shared/identity.ts';
import type { Dictionary } from '../shared/json.ts';
import type { EventPrompt } from '../shared/prompt-api.ts';
import type { BasicRequest } from '../shared/request.ts';
import type { RequestAuthentication } from '../shared/risk-supplement.ts';
import type { CorrelatedTransaction } from '../shared/transaction.ts';
import type { EventUser } from '../shared/user.ts';

/**
 * What `onExecutePostChallenge` and `onContinuePostChallenge` get to know. A private copy: writing to
 * it changes nothing.
 */
export interface PasswordResetPostChallengeEvent {
  readonly authentication: RequestAuthentication & {
    /** What the person has shown so far: the link that was sent to them, then further challenges. */
    readonly methods: EventAuthenticationMethod[];
    readonly [member: string]: unknown;
  };
  readonly authorization: {
    /** Names of the person's own roles, without those of groups. */
    readonly roles: string[];
  };
  /** The application that the person came from; the tenant's own pages where they came from none. */
  readonly client: EventClient;
  /** The database that holds the password. */
  readonly connection: EventConnection;
  readonly custom_domain?: EventCustomDomain;
  readonly organization?: EventOrganization;
  readonly prompt?: EventPrompt;
  /** In `onContinuePostChallenge` the request that came back to `/continue`. */
  readonly request: BasicRequest & {
    /** Body, without passwords and codes. */
    readonly body: Dictionary;
    /** Query, without the ticket. */
    readonly query: Dictionary;
  };
  readonly secrets: EventSecrets;
  readonly stats: {
    /** Logins until now. */
    readonly logins_count: number;
  };
  readonly tenant: EventTenant;
  readonly transaction: CorrelatedTransaction & {
    /** Language of the pages. */
    readonly locale: string;
    readonly login_hint?: string;
    /** The application's own `state`. */
    readonly state?: string;
    readonly ui_locales: string[];
    readonly [member: string]: unknown;
  };
  /** The person whose password is to be reset. */
  readonly user: EventUser & {
    readonly identities: EventIdentity[];
    readonly enrolledFactors?: EventEnrolledFactor[];
    readonly [member: string]: unknown;
  };
}
