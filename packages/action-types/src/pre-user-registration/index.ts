import type { Handler } from '../shared/handler.ts';
import type { PreUserRegistrationAPI } from './api.ts';
import type { PreUserRegistrationEvent } from './event.ts';

export type { PreUserRegistrationAPI } from './api.ts';
export type { PreUserRegistrationCommand } from './commands.ts';
export type { PreUserRegistrationEvent, PreUserRegistrationEvent as Event } from './event.ts';

/** `exports.onExecutePreUserRegistration`. */
export type PreUserRegistrationHandler = Handler<PreUserRegistrationEvent, PreUserRegistrationAPI>;
