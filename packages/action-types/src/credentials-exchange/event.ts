import type {
  EventAgent,
  EventClient,
  EventCustomDomain,
  EventOrganization,
  EventResourceServer,
  EventSecrets,
  EventTenant,
} from '../shared/context.ts';
import type { Dictionary } from '../shared/json.ts';
import type { BasicRequest } from '../shared/request.ts';

/** What `onExecuteCredentialsExchange` gets to know. A private copy: writing to it changes nothing. */
export interface CredentialsExchangeEvent {
  /** The access token as it would be issued now. */
  readonly accessToken: {
    /** Claims that earlier actions set. */
    readonly customClaims: Dictionary;
    readonly scope: string[];
  };
  readonly agent?: EventAgent;
  /** The machine that asks for a token. */
  readonly client: EventClient;
  readonly custom_domain?: EventCustomDomain;
  readonly organization?: EventOrganization;
  readonly request: BasicRequest & {
    /** Body of the token request, without credentials. */
    readonly body: Dictionary;
  };
  readonly resource_server: EventResourceServer;
  readonly secrets: EventSecrets;
  readonly tenant: EventTenant;
  readonly transaction: {
    readonly correlation_id?: string;
    /** Scopes that the request named; empty when it named none. */
    readonly requested_scopes: string[];
    /** Scopes that the token is to get: the client grant's at first, then as actions change them. */
    readonly target_scopes?: string[];
  };
}
