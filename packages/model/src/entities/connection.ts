import type { JsonObject } from '../json.ts';

/** A source of users. `auth0` is the strategy name of a database connection. */
export interface Connection {
  /** `con_` and 16 letters and digits. */
  readonly id: string;
  readonly name: string;
  readonly displayName?: string;
  readonly strategy: 'auth0';
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
