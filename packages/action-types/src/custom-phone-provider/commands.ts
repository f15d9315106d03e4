import type { NotificationCommand } from '../shared/commands.ts';

/** What the `api` of this trigger records. */
export type CustomPhoneProviderCommand = NotificationCommand;
