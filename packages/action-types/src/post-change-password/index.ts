import type { Handler } from '../shared/handler.ts';
import type { PostChangePasswordAPI } from './api.ts';
import type { PostChangePasswordEvent } from './event.ts';

export type { PostChangePasswordAPI } from './api.ts';
export type { PostChangePasswordEvent, PostChangePasswordEvent as Event } from './event.ts';

/** What the `api` of this trigger records: nothing, its one group only reads and caches. */
export type PostChangePasswordCommand = never;

/** `exports.onExecutePostChangePassword`. */
export type PostChangePasswordHandler = Handler<PostChangePasswordEvent, PostChangePasswordAPI>;
