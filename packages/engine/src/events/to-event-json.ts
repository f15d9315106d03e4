import type { JsonObject, JsonValue } from '@tessera/model';
import { setMember } from '../json/set-member.ts';
import { JSON_MAX_DEPTH } from '../limits.ts';

/**
 * An event as JSON: what its types call optional and undefined is left out.
 *
 * What is nested deeper than `JSON_MAX_DEPTH` becomes null: bodies and metadata come from outside,
 * and whoever walks an event must not run out of stack.
 */
export function toEventJson(event: object): JsonObject {
  return toJsonObject(event, JSON_MAX_DEPTH);
}

function toJsonObject(value: object, levels: number): JsonObject {
  const json: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) setMember(json, name, toJson(member, levels - 1));
  }
  return json;
}

function toJson(value: unknown, levels: number): JsonValue {
  // Builders put nothing but JSON into events; their types say so.
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  if (levels === 0) return null;
  if (!Array.isArray(value)) return toJsonObject(value, levels);
  return value.map((entry) => (entry === undefined ? null : toJson(entry, levels - 1)));
}
