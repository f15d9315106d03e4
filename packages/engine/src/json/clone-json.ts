import type { JsonObject, JsonValue } from '@tessera/model';
import { setMember } from './set-member.ts';

/** JSON that its owner may change. */
export type MutableJson = string | number | boolean | null | MutableJson[] | MutableJsonObject;
export interface MutableJsonObject {
  [key: string]: MutableJson;
}

/**
 * Deep copy of JSON. Several times faster than parsing and printing, which the events of a login
 * would pay for each action. The depth of `value` must be bounded by whoever let it in.
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
    if (key === '__proto__') setMember(copy, key, cloneJson(member));
    else copy[key] = cloneJson(member);
  }
  return copy;
}

export function isJsonArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** True for an object that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
