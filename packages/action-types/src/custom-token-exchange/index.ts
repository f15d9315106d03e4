import type { Handler } from '../shared/handler.ts';
import type { CustomTokenExchangeAPI } from './api.ts';
import type { CustomTokenExchangeEvent } from './event.ts';

export type {
  ActorParams,
  ConnectionUserAttributes,
  CustomTokenExchangeAPI,
  SetUserByConnectionOptions,
} from './api.ts';
export type { CustomTokenExchangeCommand } from './commands.ts';
export type { CustomTokenExchangeEvent, CustomTokenExchangeEvent as Event } from './event.ts';

/** `exports.onExecuteCustomTokenExchange`. */
export type CustomTokenExchangeHandler = Handler<CustomTokenExchangeEvent, CustomTokenExchangeAPI>;
