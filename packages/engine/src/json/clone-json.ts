import type { JsonObject, JsonValue } from '@tessera/model';
import { setMember } from './set-member.ts';

/** JSON that its owner may change. */
export type MutableJson = string | number | boolean | null | MutableJson[] | MutableJsonObject;
export interface MutableJsonObject {
  [key: string]: MutableJson;
}

/**
 * Deep copy of JSON. Three to five times faster than parsing a text, which the events of a login
 * would pay for each action; spreading objects instead of building them member by member was slower.
 * The depth of `value` must be bounded by whoever let it in.
 */
export function cloneJson(value: JsonValue): MutableJson {
  if (typeof value !== 'object' || value === null) return value;
  if (isJsonArray(value)) return value.map(cloneJson);
  return cloneJsonObject(value);
}

export function cloneJsonObject(value: JsonObject): MutableJsonObject {
  const copy: MutableJsonObject = {};
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    const cloned = typeof member === 'object' && member !== null ? cloneJson(member) : member;
    if (key === '__proto__') setMember(copy, key, cloned);
    else copy[key] = cloned;
  }
  return copy;
}

function isJsonArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** True for an object that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
