/** Something that holds a place and can be asked to give it up. */
export interface TenantPlacesOptions<T> {
  readonly count: number;
  /** Makes an idle holder leave, which is released once it is gone. Undefined: none is idle. */
  readonly giveUp: () => T | undefined;
}

/**
 * Places for tenants' processes, handed on in the order in which they were asked for: a place that
 * becomes free belongs to who waited longest, not to who comes just then.
 */
export class TenantPlaces<T> {
  readonly #options: TenantPlacesOptions<T>;
  readonly #waiting: (() => void)[] = [];
  /** Holders that are on their way out, each for one that waits. */
  readonly #leaving = new Set<T>();
  #taken = 0;
  #isClosed = false;

  constructor(options: TenantPlacesOptions<T>) {
    this.#options = options;
  }

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves at once when there is a place, or when the sandbox closes. */
  acquire(): Promise<void> {
    if (this.#taken < this.#options.count || this.#isClosed) {
      this.#taken += 1;
      return Promise.resolve();
    }
    const place = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.makeRoom();
    return place;
  }

  /** A place is free again; `holder` is who had it, if it came to that. */
  release(holder?: T): void {
    if (holder !== undefined) this.#leaving.delete(holder);
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken -= 1;
    else next();
  }

  /** Asks as many holders to leave as there are others waiting. */
  makeRoom(): void {
    while (this.#waiting.length > this.#leaving.size) {
      const holder = this.#options.giveUp();
      if (holder === undefined) return;
      this.#leaving.add(holder);
    }
  }

  /** Nobody waits from now on. */
  close(): void {
    this.#isClosed = true;
    for (const next of this.#waiting.splice(0)) {
      this.#taken += 1;
      next();
    }
  }
}
