/** Counts the keys of one metadata against a limit. */
export class KeyBudget {
  readonly #limit: number;
  readonly #initial: readonly string[];
  /** Made when the first key comes: most runs set none. */
  #keys: Set<string> | undefined;

  constructor(limit: number, initial: readonly string[]) {
    this.#limit = limit;
    this.#initial = initial;
  }

  /** Takes the key when there is room, or when it is there already; false when there is none. */
  take(key: string): boolean {
    this.#keys ??= new Set(this.#initial);
    if (!this.#keys.has(key) && this.#keys.size >= this.#limit) return false;
    this.#keys.add(key);
    return true;
  }

  free(key: string): void {
    this.#keys ??= new Set(this.#initial);
    this.#keys.delete(key);
  }

  clear(): void {
    this.#keys = new Set();
  }
}
