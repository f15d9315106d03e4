/** Lets so many things a second pass, and twice as many in a burst. */
export class RateCap {
  readonly #perSecond: number;
  #tokens: number;
  #refilledAt = performance.now();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#tokens = 2 * perSecond;
  }

  /** False when this one is too many. */
  take(): boolean {
    if (this.#tokens < 1) this.#refill();
    this.#tokens -= 1;
    return this.#tokens >= 0;
  }

  #refill(): void {
    const now = performance.now();
    const gained = ((now - this.#refilledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(Math.max(this.#tokens, 0) + gained, 2 * this.#perSecond);
    this.#refilledAt = now;
  }
}
