import type { NotificationAPI } from '@tessera/action-types';
import { text } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readArgument } from './read-argument.ts';

/** `api.notification` of the providers of e-mails and phone messages. */
export function createNotification<Api>(context: GroupContext<Api>): NotificationAPI<Api> {
  const call = (method: 'notification.drop' | 'notification.retry') => (reason: unknown) =>
    recordCall(context, method, () => ({
      method,
      args: [readArgument(reason, text, [method, 'reason'])],
    }));
  return { drop: call('notification.drop'), retry: call('notification.retry') };
}
