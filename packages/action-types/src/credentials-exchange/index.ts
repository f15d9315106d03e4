import type { Handler } from '../shared/handler.ts';
import type { CredentialsExchangeAPI } from './api.ts';
import type { CredentialsExchangeEvent } from './event.ts';

export type { CredentialsExchangeAPI, CredentialsExchangeDenyCode } from './api.ts';
export type { CredentialsExchangeCommand } from './commands.ts';
export type { CredentialsExchangeEvent, CredentialsExchangeEvent as Event } from './event.ts';

/** `exports.onExecuteCredentialsExchange`. */
export type CredentialsExchangeHandler = Handler<CredentialsExchangeEvent, CredentialsExchangeAPI>;
