import type { CacheAPI } from '../shared/cache-api.ts';
import type { NotificationAPI } from '../shared/notification-api.ts';

/**
 * The `api` of `onExecuteCustomEmailProvider`. The e-mail counts as sent when the handler ends without
 * an error and without a call of `notification`.
 */
export interface CustomEmailProviderAPI {
  readonly cache: CacheAPI;
  readonly notification: NotificationAPI<CustomEmailProviderAPI>;
}
