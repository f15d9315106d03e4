import type { JsonValue } from '@tessera/model';
import { utf8Length } from './utf8-length.ts';

/** Counts the JSON bytes of named values against a limit. Setting a name again replaces its size. */
export class ByteBudget {
  readonly #limitBytes: number;
  /** Made when the first name comes: most runs use one budget of five. */
  #sizes: Map<string, number> | undefined;
  #total = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Takes the value when it fits; false, and nothing taken, when it does not. */
  take(name: string, value: JsonValue): boolean {
    const size = jsonLength(name) + jsonLength(value);
    const total = this.#total - (this.#sizes?.get(name) ?? 0) + size;
    if (total > this.#limitBytes) return false;
    this.#sizes ??= new Map();
    this.#sizes.set(name, size);
    this.#total = total;
    return true;
  }

  /** Gives back what the name took. */
  free(name: string): void {
    this.#total -= this.#sizes?.get(name) ?? 0;
    this.#sizes?.delete(name);
  }
}

/** Number of bytes of `value` as JSON. */
export function jsonLength(value: JsonValue): number {
  return utf8Length(JSON.stringify(value));
}
