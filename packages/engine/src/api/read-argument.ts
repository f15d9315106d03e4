import type { JsonObject, JsonValue } from '@tessera/model';
import type { Rule } from '../commands/rules.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { snapshotJson } from '../json/snapshot-json.ts';

/** Where a value stands in a call: `['idToken.setCustomClaim', 'name']`. */
export type ArgumentPlace = readonly [method: string, argument: string];

/** The error of a wrong argument. Says what was given by kind only: values can be secrets. */
export function wrongArgument(place: ArgumentPlace, demand: string, given: unknown): TypeError {
  const [method, argument] = place;
  return new TypeError(`api.${method}: "${argument}" ${demand}, got ${describeKind(given)}`);
}

/** The value, when it keeps the rule; throws a `TypeError` that names method and argument. */
export function readArgument<T>(value: unknown, rule: Rule<T>, place: ArgumentPlace): T {
  if (rule.accepts(value)) return value;
  throw wrongArgument(place, rule.demand, value);
}

/** Like `readArgument`, for arguments that may be left out. */
export function readOptional<T>(
  value: unknown,
  rule: Rule<T>,
  place: ArgumentPlace,
): T | undefined {
  return value === undefined ? undefined : readArgument(value, rule, place);
}

/** A snapshot of the value as JSON. */
export function readJson(value: unknown, place: ArgumentPlace): JsonValue {
  const snapshot = snapshotJson(value);
  if (snapshot.ok) return snapshot.value;
  throw wrongArgument(place, snapshot.demand, value);
}

/** A snapshot of an object of options; `{}` when it is left out. */
export function readOptions(value: unknown, place: ArgumentPlace): JsonObject {
  if (value === undefined) return {};
  return readObject(value, place);
}

/** A snapshot of an object. */
export function readObject(value: unknown, place: ArgumentPlace): JsonObject {
  const taken = isJsonObject(value) ? readJson(value, place) : undefined;
  if (isJsonObject(taken)) return taken;
  throw wrongArgument(place, 'must be an object', value);
}

function describeKind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === '') return 'an empty string';
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (typeof value === 'undefined') return 'undefined';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
