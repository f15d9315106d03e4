import type { CacheAPI } from '../shared/cache-api.ts';
import type { NotificationAPI } from '../shared/notification-api.ts';

/**
 * The `api` of `onExecuteCustomPhoneProvider`. The phone message counts as sent when the handler ends without
 * an error and without a call of `notification`.
 */
export interface CustomPhoneProviderAPI {
  readonly cache: CacheAPI;
  readonly notification: NotificationAPI<CustomPhoneProviderAPI>;
}
