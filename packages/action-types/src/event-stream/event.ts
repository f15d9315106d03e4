import type { EventSecrets } from '../shared/context.ts';
import type { Dictionary } from '../shared/json.ts';

/** What `onExecuteEventStream` gets to know. A private copy: writing to it changes nothing. */
export interface EventStreamEvent {
  /** What happened, as a CloudEvent. */
  readonly message: {
    /** Unique with `source`. The same event can be delivered more than once, with the same id. */
    readonly id: string;
    /** Kind of event, e.g. `user.created`. */
    readonly type: string;
    /** What the event is about, by type; absent where the type has no data. */
    readonly data?: Dictionary;
    /** Where it happened: a URI reference. */
    readonly source: string;
    /** Version of the CloudEvents specification: `1.0`. */
    readonly specversion: string;
    /** When it happened: ISO 8601. */
    readonly time?: string;
  };
  readonly secrets: EventSecrets;
}
