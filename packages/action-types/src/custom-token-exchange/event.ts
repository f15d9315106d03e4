import type {
  EventClient,
  EventOrganization,
  EventResourceServer,
  EventSecrets,
  EventTenant,
} from '../shared/context.ts';
import type { EventEnrolledFactor, EventIdentity } from '../shared/identity.ts';
import type { Dictionary } from '../shared/json.ts';
import type { BasicRequest } from '../shared/request.ts';
import type { EventUser } from '../shared/user.ts';

/** What `onExecuteCustomTokenExchange` gets to know. A private copy: writing to it changes nothing. */
export interface CustomTokenExchangeEvent {
  /** The application that asks for the exchange. */
  readonly client: EventClient;
  /** The organization that the request names. */
  readonly organization?: EventOrganization;
  readonly request: BasicRequest & {
    /** Body of the token request, without client credentials and without the two tokens. */
    readonly body: Dictionary;
  };
  /** The API that the request names, or the tenant's default one. */
  readonly resource_server: EventResourceServer;
  readonly secrets: EventSecrets;
  readonly tenant: EventTenant;
  /** The exchange that is asked for (RFC 8693). */
  readonly transaction: {
    /** Who acts for the person, in whatever form the action understands. Not verified. */
    readonly actor_token?: string;
    readonly actor_token_type?: string;
    /** The actor's profile, where the platform itself issued and verified the actor token. */
    readonly actor_token_user?: EventUser & {
      readonly identities: EventIdentity[];
      readonly enrolledFactors?: EventEnrolledFactor[];
      /** Providers of second factors that the actor is enrolled with. */
      readonly multifactor?: string[];
      readonly [member: string]: unknown;
    };
    /** Scopes that the request named; empty when it named none. */
    readonly requested_scopes: string[];
    /** A URI; null when the request named none. */
    readonly requested_token_type: string | null;
    /** For whom the token is to be, in whatever form the action understands. Not verified: that is the action's work. */
    readonly subject_token: string;
    /** The URI of the exchange's profile. */
    readonly subject_token_type: string;
  };
}
