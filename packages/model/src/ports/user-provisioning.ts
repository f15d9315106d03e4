import type { Connection } from '../entities/connection.ts';
import type { User } from '../entities/user.ts';
import type { TenantStore } from './store.ts';

/** What a provider, or an Action, says of a person. Absent members are not known. */
export interface ProvisionedProfile {
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly username?: string;
  readonly phoneNumber?: string;
  readonly phoneVerified?: boolean;
  readonly name?: string;
  readonly nickname?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly picture?: string;
}

/**
 * Users that somebody else vouches for: an upstream provider, or the Action of a token exchange. No
 * registration triggers run for them. Implemented by `accounts`.
 */
export interface UserProvisioning {
  /**
   * Finds the user of an identity, creates it or brings its profile up to date, as told. An identity that
   * is linked to a user yields that user. Undefined when there is none and none may be created.
   *
   * Rejects with `invalid_body` for a profile that cannot be stored, and `user_exists` when address, name or
   * number is another user's in the connection, or the id is that of a user of another connection.
   */
  provision(
    store: TenantStore,
    request: {
      readonly connection: Connection;
      /** Id at the provider, without prefix. At most 255 characters. */
      readonly providerUserId: string;
      readonly profile: ProvisionedProfile;
      readonly mayCreate: boolean;
      /** The profile of an existing user follows the given one. */
      readonly updates: boolean;
    },
  ): Promise<User | undefined>;
}
