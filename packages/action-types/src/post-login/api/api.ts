import type { AccessTokenClaimsAPI } from '../../shared/access-token-api.ts';
import type { CacheAPI } from '../../shared/cache-api.ts';
import type { PromptAPI } from '../../shared/prompt-api.ts';
import type { UserMetadataAPI } from '../../shared/user-metadata-api.ts';
import type { ValidationAPI } from '../../shared/validation-api.ts';
import type { AuthenticationAPI } from './authentication.ts';
import type { GroupsAPI, RolesAPI } from './membership.ts';
import type { MultifactorAPI } from './multifactor.ts';
import type { LoginRedirectAPI } from './redirect.ts';
import type { SamlResponseAPI } from './saml-response.ts';
import type { RefreshTokenAPI, SessionAPI } from './session.ts';

/**
 * The `api` of `onExecutePostLogin` and `onContinuePostLogin`. Methods that return nothing to wait
 * for return `api`. Calls after the handler has settled are ignored and logged.
 */
export interface PostLoginAPI {
  readonly access: {
    /**
     * Refuses the login: no tokens are issued. The function runs to its end, its metadata is
     * written, later actions do not run. The first call stands.
     *
     * @param reason Shown to the application as `error_description`; never put secrets here.
     */
    deny(reason: string): PostLoginAPI;
    /**
     * Older form.
     *
     * @param code Becomes `error` of the answer.
     */
    deny(code: string, reason: string): PostLoginAPI;
  };
  readonly accessToken: AccessTokenClaimsAPI<PostLoginAPI> & {
    /** Adds a scope to the access token; the answer's `scope` follows. */
    addScope(scope: string): PostLoginAPI;
    /** Removes a scope from the access token; the answer's `scope` follows. */
    removeScope(scope: string): PostLoginAPI;
  };
  readonly authentication: AuthenticationAPI<PostLoginAPI>;
  readonly cache: CacheAPI;
  readonly groups: GroupsAPI;
  readonly idToken: {
    /** Adds a claim to the ID token; keys and limits as for the access token. */
    setCustomClaim(key: string, value: unknown): PostLoginAPI;
  };
  readonly multifactor: MultifactorAPI<PostLoginAPI>;
  readonly prompt: PromptAPI<PostLoginAPI>;
  readonly redirect: LoginRedirectAPI<PostLoginAPI>;
  readonly refreshToken: RefreshTokenAPI<PostLoginAPI>;
  readonly roles: RolesAPI;
  readonly rules: {
    /** False: the extension format that came before actions does not exist here. */
    wasExecuted(ruleId: string): boolean;
  };
  readonly samlResponse: SamlResponseAPI<PostLoginAPI>;
  readonly session: SessionAPI<PostLoginAPI>;
  readonly transaction: {
    /**
     * Shares a value with all actions of the transaction, over redirects too; it is in
     * `event.transaction.metadata` at once.
     *
     * @param key At most 64 characters.
     * @param value At most 8 kB, 16 kB for all together; `null` removes. Numbers are safe integers.
     */
    setMetadata(key: string, value: string | number | boolean | null): PostLoginAPI;
  };
  readonly user: UserMetadataAPI<PostLoginAPI>;
  readonly validation: ValidationAPI<PostLoginAPI>;
}
