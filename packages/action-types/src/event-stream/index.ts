import type { Handler } from '../shared/handler.ts';
import type { EventStreamAPI } from './api.ts';
import type { EventStreamEvent } from './event.ts';

export type { EventStreamAPI } from './api.ts';
export type { EventStreamEvent, EventStreamEvent as Event } from './event.ts';

/** What the `api` of this trigger records: nothing, its one group only reads and caches. */
export type EventStreamCommand = never;

/** `exports.onExecuteEventStream`. */
export type EventStreamHandler = Handler<EventStreamEvent, EventStreamAPI>;
