const MINUTE_MS = 60_000;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

/** Ends of a tenant's processes that nobody wanted, of the last minute. */
export class DeathRecord {
  #deaths: { readonly at: number; readonly actionNames: readonly string[] }[] = [];
  /** All deaths ever; tells whether one came since some moment. */
  total = 0;

  /** `actionNames`: the Actions that ran when it died. */
  note(actionNames: readonly string[]): void {
    this.total += 1;
    this.#deaths.push({ at: performance.now(), actionNames });
  }

  count(): number {
    const since = performance.now() - MINUTE_MS;
    this.#deaths = this.#deaths.filter(({ at }) => at > since);
    return this.#deaths.length;
  }

  /** How long the next process has to wait: 0 up to the limit, then doubled with every further death. */
  getDelayMs(limit: number): number {
    const excess = this.count() - limit;
    return excess <= 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** excess, MAX_DELAY_MS);
  }

  /** `Action "a" 3 times, Action "b" once`, the deadliest first. */
  describe(): string {
    const counts = new Map<string, number>();
    for (const { actionNames } of this.#deaths)
      for (const name of new Set(actionNames)) counts.set(name, (counts.get(name) ?? 0) + 1);
    if (counts.size === 0) return 'no Action was running';
    return [...counts]
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `Action "${name}" ${count === 1 ? 'once' : `${count} times`}`)
      .join(', ');
  }
}
