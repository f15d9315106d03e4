import type { Handler } from '../shared/handler.ts';
import type { SendPhoneMessageAPI } from './api.ts';
import type { SendPhoneMessageEvent } from './event.ts';

export type { SendPhoneMessageAPI } from './api.ts';
export type { SendPhoneMessageEvent, SendPhoneMessageEvent as Event } from './event.ts';

/** What the `api` of this trigger records: nothing, its one group only reads and caches. */
export type SendPhoneMessageCommand = never;

/** `exports.onExecuteSendPhoneMessage`. */
export type SendPhoneMessageHandler = Handler<SendPhoneMessageEvent, SendPhoneMessageAPI>;
