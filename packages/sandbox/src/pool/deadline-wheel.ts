/** Something that must end by a time. */
export interface Deadline {
  /** On the clock of `performance.now()`. */
  readonly dueAt: number;
  onDue(): void;
}

/**
 * Watches many deadlines with one timer. Entering and leaving costs a set operation, so a run that ends
 * in time, as nearly all do, never touches a timer.
 */
export class DeadlineWheel {
  readonly #entries = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  add(deadline: Deadline): void {
    this.#entries.add(deadline);
    if (deadline.dueAt < this.#armedFor) this.#arm(deadline.dueAt);
  }

  delete(deadline: Deadline): void {
    this.#entries.delete(deadline);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#entries.clear();
  }

  #arm(dueAt: number): void {
    clearTimeout(this.#timer);
    this.#armedFor = dueAt;
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, dueAt - performance.now()));
    this.#timer.unref();
  }

  /** The entry that set the timer may be long gone; then this only arms for the next one. */
  #fire(): void {
    const now = performance.now();
    this.#armedFor = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries) {
      if (entry.dueAt > now) {
        next = Math.min(next, entry.dueAt);
        continue;
      }
      this.#entries.delete(entry);
      entry.onDue();
    }
    if (next < this.#armedFor) this.#arm(next);
  }
}
