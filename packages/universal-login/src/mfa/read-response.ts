import type { JsonObject } from '@tessera/model';

/** What the script sent of a key: an object of JSON, or nothing that could be judged. */
export function parseResponse(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
