import type { JsonValue } from '@tessera/model';
import { JSON_MAX_DEPTH } from '../limits.ts';
import { isStorableText } from './storable-text.ts';

/** What became of a value that was to be stored. `demand` ends a sentence that begins with its name. */
export type Snapshot =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly demand: string };

/**
 * Takes a value of unknown origin as JSON, once: getters and `toJSON` run here and never again, and
 * later changes of the original are not seen.
 */
export function snapshotJson(value: unknown): Snapshot {
  switch (typeof value) {
    case 'boolean':
      return { ok: true, value };
    case 'string':
      return check(value);
    case 'number':
      return Number.isFinite(value)
        ? { ok: true, value }
        : { ok: false, demand: 'must be a finite number or another JSON value' };
    case 'object':
      return value === null ? { ok: true, value } : snapshotObject(value);
    default:
      return { ok: false, demand: 'must be a JSON value' };
  }
}

function snapshotObject(value: object): Snapshot {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    return { ok: false, demand: `must be serialisable as JSON (${describe(error)})` };
  }
  if (text === undefined) return { ok: false, demand: 'must be a JSON value' };
  const parsed: JsonValue = JSON.parse(text);
  return check(parsed);
}

function check(value: JsonValue): Snapshot {
  const demand = demandOnJson(value);
  return demand === undefined ? { ok: true, value } : { ok: false, demand };
}

/** First line of an error's message; V8 draws the path of a circle over several. */
function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : 'it threw something that is no error';
  return message.split('\n', 1)[0] ?? '';
}

/** What keeps JSON from being stored: too deep, or text that no database takes. Undefined: nothing. */
export function demandOnJson(value: JsonValue, levels = JSON_MAX_DEPTH): string | undefined {
  if (typeof value === 'string') return isStorableText(value) ? undefined : TEXT_DEMAND;
  if (typeof value !== 'object' || value === null) return undefined;
  if (levels === 0) return `must not be nested deeper than ${JSON_MAX_DEPTH} levels`;
  for (const [key, member] of Object.entries(value)) {
    const demand = isStorableText(key) ? demandOnJson(member, levels - 1) : TEXT_DEMAND;
    if (demand !== undefined) return demand;
  }
  return undefined;
}

const TEXT_DEMAND = 'must not contain U+0000 or halves of surrogate pairs';
