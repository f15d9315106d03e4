import type { CacheAPI } from '../shared/cache-api.ts';

/**
 * The `api` of `onExecuteEventStream`. The event counts as delivered when the handler ends without an
 * error; otherwise it is delivered again, a few times.
 */
export interface EventStreamAPI {
  readonly cache: CacheAPI;
}
