/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws places 0 to `count - 1`; place k comes in proportion to 1 / (k + 1)^exponent. */
export function createZipf(count: number, exponent: number, random: () => number): () => number {
  const weights = Array.from({ length: count }, (_, place) => (place + 1) ** -exponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const bounds = weights.map((weight) => {
    sum += weight / total;
    return sum;
  });
  return () => {
    const drawn = random();
    const place = bounds.findIndex((bound) => drawn <= bound);
    return place === -1 ? count - 1 : place;
  };
}

/** Chooses what gives way, of what is kept (in order of last use), when `at` is served. */
export type Policy = (kept: readonly number[], at: number) => number | undefined;

/** Share of the calls from `from` on whose caller was among the last `places` kept. */
export function simulateShare(
  calls: readonly number[],
  {
    places,
    from,
    choose,
  }: { readonly places: number; readonly from: number; readonly choose: Policy },
): number {
  let kept: number[] = [];
  let warm = 0;
  for (const [at, caller] of calls.entries()) {
    if (kept.includes(caller)) {
      if (at >= from) warm += 1;
    } else if (kept.length >= places) {
      const victim = choose(kept, at);
      kept = kept.filter((other) => other !== victim);
    }
    kept = [...kept.filter((other) => other !== caller), caller];
  }
  return warm / (calls.length - from);
}

export const leastRecentlyUsed: Policy = (kept) => kept[0];

/** Gives up what is needed again last. Nothing that does not know the future does better. */
export function clairvoyant(calls: readonly number[]): Policy {
  return (kept, at) => {
    let last: number | undefined;
    let lastAt = -1;
    for (const caller of kept) {
      const next = calls.indexOf(caller, at + 1);
      const nextAt = next === -1 ? Number.POSITIVE_INFINITY : next;
      if (nextAt <= lastAt) continue;
      lastAt = nextAt;
      last = caller;
    }
    return last;
  };
}
