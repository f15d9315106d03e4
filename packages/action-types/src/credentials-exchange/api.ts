import type { AccessTokenClaimsAPI } from '../shared/access-token-api.ts';
import type { CacheAPI } from '../shared/cache-api.ts';

/** OAuth error code with which a token request is refused. */
export type CredentialsExchangeDenyCode =
  | 'invalid_scope'
  | 'invalid_request'
  | 'server_error'
  | 'access_denied';

/** The `api` of `onExecuteCredentialsExchange`. Methods that return nothing to wait for return `api`. */
export interface CredentialsExchangeAPI {
  readonly access: {
    /**
     * Refuses the token. The function runs to its end, later actions do not run.
     * The first call stands.
     *
     * @param code Becomes `error` of the answer.
     * @param reason Becomes `error_description`; never put secrets here.
     */
    deny(code: CredentialsExchangeDenyCode, reason?: string): CredentialsExchangeAPI;
  };
  readonly accessToken: AccessTokenClaimsAPI<CredentialsExchangeAPI>;
  readonly cache: CacheAPI;
  /**
   * Scopes of the access token. In the end only those that the client grant contains are issued;
   * the changed set is in `event.transaction.target_scopes` at once.
   */
  readonly transaction: {
    addTargetScope(scope: string): CredentialsExchangeAPI;
    removeTargetScope(scope: string): CredentialsExchangeAPI;
    setTargetScopes(scopes: readonly string[]): CredentialsExchangeAPI;
    clearTargetScopes(): CredentialsExchangeAPI;
  };
}
