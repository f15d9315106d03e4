import type { CacheAPI } from '../shared/cache-api.ts';
import type { ChallengeAPI } from '../shared/challenge-api.ts';
import type { PromptAPI } from '../shared/prompt-api.ts';
import type { RedirectAPI } from '../shared/redirect-api.ts';

/**
 * The `api` of `onExecutePostChallenge` and `onContinuePostChallenge`. Methods that return nothing to
 * wait for return `api`.
 */
export interface PasswordResetPostChallengeAPI {
  readonly access: {
    /**
     * Refuses the reset: the password stays as it is. The function runs to its end, later actions do
     * not run. The first call stands.
     *
     * @param reason Shown to the person; never put secrets here.
     */
    deny(reason: string): PasswordResetPostChallengeAPI;
  };
  readonly authentication: ChallengeAPI<PasswordResetPostChallengeAPI>;
  readonly cache: CacheAPI;
  readonly prompt: PromptAPI<PasswordResetPostChallengeAPI>;
  readonly redirect: RedirectAPI<PasswordResetPostChallengeAPI>;
  readonly transaction: {
    /**
     * Where the browser goes when the password has been changed. The last call counts.
     *
     * @param url Absolute, `https:` or `http:`. With `query` at most 8 kB.
     * @param options Members of `query` are text.
     */
    setResultUrl(
      url: string,
      options?: { readonly query?: { readonly [name: string]: string } },
    ): PasswordResetPostChallengeAPI;
  };
}
