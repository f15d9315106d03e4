import type { Handler } from '../shared/handler.ts';
import type { CustomEmailProviderAPI } from './api.ts';
import type { CustomEmailProviderEvent } from './event.ts';

export type { CustomEmailProviderAPI } from './api.ts';
export type { CustomEmailProviderCommand } from './commands.ts';
export type { CustomEmailProviderEvent, CustomEmailProviderEvent as Event } from './event.ts';

/** `exports.onExecuteCustomEmailProvider`. */
export type CustomEmailProviderHandler = Handler<CustomEmailProviderEvent, CustomEmailProviderAPI>;
