import type { CacheAPI } from '../shared/cache-api.ts';

/** The `api` of `onExecutePostUserRegistration`, which runs behind the registration. */
export interface PostUserRegistrationAPI {
  readonly cache: CacheAPI;
}
