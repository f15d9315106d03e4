import type { JsonObject } from '@tessera/model';

/** The members that are set, as JSON. What came in was read from JSON, so it holds nothing else. */
export function toJsonObject(members: Readonly<Record<string, unknown>>): JsonObject {
  const set = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(set) as JsonObject;
}

/**
 * Settings without a meaning of their own after a change: absent ones stay, `null` removes.
 */
export function mergeExtra(
  extra: JsonObject,
  change: Readonly<Record<string, unknown>>,
): JsonObject {
  const present = Object.entries(change).filter(([, value]) => value !== undefined);
  return toJsonObject({ ...extra, ...Object.fromEntries(present) });
}

/** Metadata after a change: named entries are set, `null` removes, others stay. */
export function mergeMetadata(
  metadata: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const merged = Object.entries({ ...metadata, ...change });
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null));
}
