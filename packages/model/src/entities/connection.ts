import type { JsonObject } from '../json.ts';

/**
 * Kinds of connections: a database (`auth0`), passwordless by e-mail or text message, and an upstream
 * OpenID Connect provider.
 */
export type ConnectionStrategy = 'auth0' | 'email' | 'sms' | 'oidc';

/** A source of users. `auth0` is the strategy name of a database connection. */
export interface Connection {
  /** `con_` and 16 letters and digits. */
  readonly id: string;
  readonly name: string;
  readonly displayName?: string;
  readonly strategy: ConnectionStrategy;
  /** Clients that may use the connection. */
  readonly enabledClients: readonly string[];
  /** Every client of the tenant may use it, whatever `enabledClients` says. */
  readonly isDomainConnection: boolean;
  readonly realms: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Options as the management API accepts them (`passwordPolicy`, `disable_signup`, ...). */
  readonly options: JsonObject;
}
export type ConnectionPatch = Partial<Omit<Connection, 'id' | 'name' | 'strategy'>>;
