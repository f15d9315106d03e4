import type { Handler } from '../shared/handler.ts';
import type { PostUserRegistrationAPI } from './api.ts';
import type { PostUserRegistrationEvent } from './event.ts';

export type { PostUserRegistrationAPI } from './api.ts';
export type { PostUserRegistrationEvent, PostUserRegistrationEvent as Event } from './event.ts';

/** What the `api` of this trigger records: nothing, its one group only reads and caches. */
export type PostUserRegistrationCommand = never;

/** `exports.onExecutePostUserRegistration`. */
export type PostUserRegistrationHandler = Handler<
  PostUserRegistrationEvent,
  PostUserRegistrationAPI
>;
