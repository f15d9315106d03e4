import type { Handler } from '../shared/handler.ts';
import type { CustomPhoneProviderAPI } from './api.ts';
import type { CustomPhoneProviderEvent } from './event.ts';

export type { CustomPhoneProviderAPI } from './api.ts';
export type { CustomPhoneProviderCommand } from './commands.ts';
export type { CustomPhoneProviderEvent, CustomPhoneProviderEvent as Event } from './event.ts';

/** `exports.onExecuteCustomPhoneProvider`. */
export type CustomPhoneProviderHandler = Handler<CustomPhoneProviderEvent, CustomPhoneProviderAPI>;
