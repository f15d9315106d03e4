import type { Dictionary } from './json.ts';

/** The tenant in which the flow runs. */
export interface EventTenant {
  /** Name of the tenant, e.g. `acme`. */
  readonly id: string;
}

/** The tenant as messages to people need it: with what its settings say about itself. */
export interface EventBrandedTenant extends EventTenant {
  /** What people know the tenant as. */
  readonly friendly_name?: string;
  /** Address of the tenant's own site. */
  readonly home_url?: string;
  readonly logo_url?: string;
  readonly support_email?: string;
  readonly support_url?: string;
}

/** The application that started the flow. */
export interface EventClient {
  readonly client_id: string;
  /** Name of the application in the dashboard. */
  readonly name: string;
  /** The application's own key-value pairs. Never its secret. */
  readonly metadata: { [key: string]: string };
}

/** The source of users that the flow uses. */
export interface EventConnection {
  /** `con_` and 16 letters and digits. */
  readonly id: string;
  readonly name: string;
  /** Kind of connection; `auth0` is a database of this tenant. */
  readonly strategy: string;
  /** The connection's own key-value pairs. */
  readonly metadata?: { [key: string]: string };
}

/** The organization that the person logs in to, or the machine acts for. */
export interface EventOrganization {
  readonly id: string;
  readonly name: string;
  readonly display_name: string;
  readonly metadata: { [key: string]: string };
  readonly [member: string]: unknown;
}

/** The custom domain that the request came in on. */
export interface EventCustomDomain {
  readonly domain: string;
  readonly domain_metadata: { [key: string]: string };
}

/** Fingerprints of the client's TLS handshake, where the front proxy supplies them. */
export interface EventSecurityContext {
  readonly ja3?: string;
  readonly ja4?: string;
}

/** The API that an access token is requested for. */
export interface EventResourceServer {
  /** The `audience`, e.g. `https://api.example.com/`. */
  readonly identifier: string;
}

/** A software agent on whose behalf tokens are requested. */
export interface EventAgent {
  readonly agent_id: string;
  readonly name: string;
  readonly agent_metadata: Dictionary;
}

/** The secrets of the running action, by name; no action sees those of another. */
export type EventSecrets = { readonly [name: string]: string };
