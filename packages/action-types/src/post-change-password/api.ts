import type { CacheAPI } from '../shared/cache-api.ts';

/** The `api` of `onExecutePostChangePassword`, which runs behind the change. */
export interface PostChangePasswordAPI {
  readonly cache: CacheAPI;
}
