import type { Target } from './benchmark.ts';
import { type Summary, summarise, summariseRatio } from './statistics.ts';

/** The two series of a ratio, measured in the same rounds. */
export interface Comparison {
  readonly above: readonly number[];
  readonly below: readonly number[];
}

export function ratioTarget(
  text: string,
  { above, below }: Comparison,
  bound: Target['bound'],
): Target {
  return createTarget(text, summariseRatio(above, below), { unit: '×', bound });
}

export function durationTarget(text: string, rounds: readonly number[], atMostMs: number): Target {
  return createTarget(text, summarise(rounds), { unit: 'ms', bound: { atMost: atMostMs } });
}

/** For what is neither a ratio nor a time. */
export function amountTarget(
  text: string,
  rounds: readonly number[],
  goal: Pick<Target, 'unit' | 'bound'>,
): Target {
  return createTarget(text, summarise(rounds), goal);
}

function createTarget(
  text: string,
  reached: Summary,
  goal: Pick<Target, 'unit' | 'bound'>,
): Target {
  const { bound } = goal;
  const isMet =
    'atMost' in bound ? reached.median <= bound.atMost : reached.median >= bound.atLeast;
  return { text, reached, ...goal, isMet };
}
