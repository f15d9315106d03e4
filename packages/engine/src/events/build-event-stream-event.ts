import type { EventStreamEvent } from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { withoutUndefined } from '../json/without-undefined.ts';
import { toEventJson } from './to-event-json.ts';
import type { EventStreamFacts } from './trigger-facts.ts';

const CLOUD_EVENTS_VERSION = '1.0';

/** The `event` of event-stream, without `secrets`: each action gets its own. */
export function buildEventStreamEvent(facts: EventStreamFacts): JsonObject {
  const event: Omit<EventStreamEvent, 'secrets'> = {
    message: withoutUndefined({
      id: facts.id,
      type: facts.type,
      data: facts.data && { ...facts.data },
      source: facts.source,
      specversion: CLOUD_EVENTS_VERSION,
      time: facts.time?.toISOString(),
    }),
  };
  return toEventJson(event);
}
