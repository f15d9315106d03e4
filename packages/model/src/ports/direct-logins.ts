import type { Client } from '../entities/client.ts';
import type { Connection } from '../entities/connection.ts';
import type { Tenant } from '../entities/tenant.ts';
import type { User } from '../entities/user.ts';
import type { RequestFacts } from './http.ts';
import type { TenantStore } from './store.ts';

/** In whose name a program logs a person in without a browser. */
export interface DirectLoginContext {
  readonly tenant: Tenant;
  readonly store: TenantStore;
  readonly baseUrl: string;
  readonly client: Client;
  readonly request: RequestFacts;
}

/**
 * Logins by the token endpoint; implemented by `accounts`. All reject with `wrong_credentials`,
 * `account_blocked` or `too_many_attempts`, and count attempts like the pages do.
 */
export interface DirectLogins {
  /** Grants `password` and `password-realm`. */
  withPassword(
    context: DirectLoginContext,
    input: {
      readonly connection: Connection;
      readonly identifier: string;
      readonly password: string;
    },
  ): Promise<User>;
  /** Grant `passwordless/otp`: a connection of strategy `email` or `sms`; may create the user. */
  withCode(
    context: DirectLoginContext,
    input: {
      readonly connection: Connection;
      readonly identifier: string;
      readonly code: string;
    },
  ): Promise<User>;
}
