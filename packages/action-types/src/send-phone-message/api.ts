import type { CacheAPI } from '../shared/cache-api.ts';

/**
 * The `api` of `onExecuteSendPhoneMessage`. The message counts as sent when the handler ends without
 * an error; an error fails the enrolment or the challenge.
 */
export interface SendPhoneMessageAPI {
  readonly cache: CacheAPI;
}
