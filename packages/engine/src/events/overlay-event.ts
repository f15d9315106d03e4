import { AppError, type JsonObject, type JsonValue } from '@tessera/model';
import { cloneJson, isJsonObject, type MutableJsonObject } from '../json/clone-json.ts';
import { setMember } from '../json/set-member.ts';
import { demandOnJson } from '../json/snapshot-json.ts';

/**
 * A sample event with what an author gave laid over it: objects are merged, everything else is
 * replaced. Throws `invalid_body` when `given` is nested too deep or holds text that cannot be stored.
 */
export function overlayEvent(sample: JsonObject, given: JsonObject): JsonObject {
  const demand = demandOnJson(given);
  if (demand !== undefined) throw new AppError('invalid_body', `The event ${demand}`);
  return overlayObject(sample, given);
}

function overlayObject(sample: JsonObject, given: JsonObject): JsonObject {
  const event: MutableJsonObject = {};
  for (const [name, value] of Object.entries(sample)) setMember(event, name, cloneJson(value));
  for (const [name, value] of Object.entries(given)) {
    setMember(event, name, overlay(Object.hasOwn(sample, name) ? sample[name] : undefined, value));
  }
  return event;
}

function overlay(under: JsonValue | undefined, over: JsonValue): JsonValue {
  return isJsonObject(under) && isJsonObject(over) ? overlayObject(under, over) : cloneJson(over);
}
