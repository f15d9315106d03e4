/**
 * Runs after which an earlier one counts half, per place. Short enough that a tenant whose rush is over
 * gives way within a few hundred runs of others; long enough that tenants that come by once do not push
 * out those that come all the time, as the order of last use alone would let them.
 */
const HALF_LIFE_RUNS_PER_PLACE = 20;
/** Tenants remembered per place, with a process or without. */
const REMEMBERED_PER_PLACE = 16;

interface Use {
  score: number;
  at: number;
}

/**
 * How much tenants use the sandbox: each run counts one, and half as much whenever `halfLife` runs of
 * whomever have passed since. So frequency and recency both count (LRFU: Lee and others, 2001).
 */
export class TenantUse {
  readonly #uses = new Map<string, Use>();
  readonly #halfLife: number;
  readonly #maxRemembered: number;
  #runs = 0;

  constructor(places: number) {
    this.#halfLife = HALF_LIFE_RUNS_PER_PLACE * places;
    this.#maxRemembered = REMEMBERED_PER_PLACE * places;
  }

  note(tenantId: string): void {
    this.#runs += 1;
    const use = this.#uses.get(tenantId);
    if (use === undefined) {
      this.#uses.set(tenantId, { score: 1, at: this.#runs });
      if (this.#uses.size > 2 * this.#maxRemembered) this.#forgetLeast();
      return;
    }
    use.score = 1 + this.#decay(use);
    use.at = this.#runs;
  }

  scoreOf(tenantId: string): number {
    const use = this.#uses.get(tenantId);
    return use === undefined ? 0 : this.#decay(use);
  }

  #decay({ score, at }: Use): number {
    return score * 2 ** ((at - this.#runs) / this.#halfLife);
  }

  #forgetLeast(): void {
    const all = [...this.#uses].sort(([, one], [, other]) => this.#decay(other) - this.#decay(one));
    for (const [tenantId] of all.slice(this.#maxRemembered)) this.#uses.delete(tenantId);
  }
}
