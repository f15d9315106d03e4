/** The median of some rounds, and their extremes. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The value below which `share` (0 to 1) of the samples lie. Sorts a copy. */
export function percentile(samples: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(samples).sort();
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (value === undefined) throw new Error('no samples');
  return value;
}

export function summarise(rounds: readonly number[]): Summary {
  return {
    median: percentile(rounds, 0.5),
    min: Math.min(...rounds),
    max: Math.max(...rounds),
  };
}

/** Ratio of two series that were measured in the same rounds, round by round. */
export function summariseRatio(above: readonly number[], below: readonly number[]): Summary {
  if (above.length !== below.length) throw new Error('the series have different rounds');
  return summarise(above.map((value, round) => value / (below[round] ?? Number.NaN)));
}
