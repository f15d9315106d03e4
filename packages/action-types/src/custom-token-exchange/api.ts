import type { CacheAPI } from '../shared/cache-api.ts';
import type { UserMetadataAPI } from '../shared/user-metadata-api.ts';

/** Who acts, and in `act` on whose behalf; at most five of them in all (RFC 8693, section 4.1). */
export interface ActorParams {
  readonly sub: string;
  readonly act?: ActorParams;
  /** Further members of the claim: any JSON. The whole actor is at most 4 kB. */
  readonly [member: string]: unknown;
}

/** What is known of a person of a connection. Texts have at most 1,000 characters. */
export interface ConnectionUserAttributes {
  /** Id at the connection, without the `provider|` prefix. */
  readonly user_id: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly family_name?: string;
  readonly given_name?: string;
  readonly name?: string;
  readonly nickname?: string;
  /** E.164. */
  readonly phone_number?: string;
  readonly phone_verified?: boolean;
  readonly picture?: string;
  readonly username?: string;
  /** Sends the new user an e-mail with which they confirm the address. */
  readonly verify_email?: boolean;
}

/** Whether the platform may make or change the user. */
export interface SetUserByConnectionOptions {
  /** `none`: the exchange fails when there is no such user. */
  readonly creationBehavior: 'create_if_not_exists' | 'none';
  /** `replace`: the attributes given take the place of the profile's. */
  readonly updateBehavior: 'none' | 'replace';
}

/**
 * The `api` of `onExecuteCustomTokenExchange`. Methods that return nothing to wait for return `api`.
 * An exchange for which no user was set fails.
 */
export interface CustomTokenExchangeAPI {
  readonly access: {
    /**
     * Refuses the exchange. The function runs to its end. The first refusal stands.
     *
     * @param code Becomes `error` of the answer.
     * @param reason Becomes `error_description`; never put secrets here.
     */
    deny(code: string, reason: string): CustomTokenExchangeAPI;
    /**
     * Refuses the exchange with `invalid_request` because the subject token is not genuine. Counts
     * against the address that sent it, unlike `deny`.
     *
     * @param reason Becomes `error_description`; never put secrets here.
     */
    rejectInvalidSubjectToken(reason: string): CustomTokenExchangeAPI;
  };
  /** For whom the token is, and who acts. Of several calls the last one counts. */
  readonly authentication: {
    /** A user of this tenant; the exchange fails when there is none. */
    setUserById(userId: string): CustomTokenExchangeAPI;
    /** A user of a connection, by the id there. Makes or changes the user when `options` say so. */
    setUserByConnection(
      connectionName: string,
      userAttributes: ConnectionUserAttributes,
      options: SetUserByConnectionOptions,
    ): CustomTokenExchangeAPI;
    /** The organization that the token is for, by id or name. */
    setOrganization(organizationIdOrName: string): CustomTokenExchangeAPI;
    /** Who acts for the person: the `act` claim of the tokens. */
    setActor(actor: ActorParams): CustomTokenExchangeAPI;
  };
  readonly cache: CacheAPI;
  /** Metadata of the user who was set. */
  readonly user: UserMetadataAPI<CustomTokenExchangeAPI>;
}
