import type { CacheAPI } from '../shared/cache-api.ts';
import type { UserMetadataAPI } from '../shared/user-metadata-api.ts';
import type { ValidationAPI } from '../shared/validation-api.ts';

/** The `api` of `onExecutePreUserRegistration`. Methods that return nothing to wait for return `api`. */
export interface PreUserRegistrationAPI {
  readonly access: {
    /**
     * Refuses the registration. The function runs to its end, later actions do not run.
     * The first call stands.
     *
     * @param reason For the tenant log only.
     * @param userMessage Shown to the person.
     */
    deny(reason: string, userMessage: string): PreUserRegistrationAPI;
  };
  readonly cache: CacheAPI;
  /** Metadata that the new user starts with. */
  readonly user: UserMetadataAPI<PreUserRegistrationAPI>;
  readonly validation: ValidationAPI<PreUserRegistrationAPI>;
}
