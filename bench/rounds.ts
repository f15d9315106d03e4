import { withDeadline } from './deadline.ts';
import { percentile } from './statistics.ts';

/** Something that does the work being measured, once per call. Open while others are measured. */
export interface Contender {
  /** One piece of work, from the caller's objects to the caller's objects. */
  call(): Promise<unknown>;
}

/** How long one contender's turn is. */
export interface Turn {
  readonly warmUpCalls: number;
  /** One after another, each timed. */
  readonly latencyCalls: number;
  /** In all, `concurrency` at a time. */
  readonly throughputCalls: number;
  readonly concurrency: number;
}

/** What was measured in each round, in order. */
export interface Series {
  readonly p50Us: number[];
  readonly p99Us: number[];
  readonly perSecond: number[];
}

/** A turn takes well under a second; this bounds a contender that hangs. */
const TURN_LIMIT_MS = 120_000;

/**
 * Gives every contender a turn, `rounds` times over. Turns alternate so that whatever else the
 * machine does falls on all alike; each round starts with another contender.
 */
export async function measureRounds(
  contenders: ReadonlyMap<string, Contender>,
  turn: Turn,
  rounds: number,
): Promise<Map<string, Series>> {
  const names = [...contenders.keys()];
  const all = new Map(
    names.map((name): [string, Series] => [name, { p50Us: [], p99Us: [], perSecond: [] }]),
  );
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < names.length; place++) {
      const name = names[(place + round) % names.length] ?? '';
      const contender = contenders.get(name);
      const series = all.get(name);
      if (contender === undefined || series === undefined) throw new Error(`no contender ${name}`);
      await withDeadline(takeTurn(contender, turn, series), TURN_LIMIT_MS, `a turn of ${name}`);
    }
  }
  return all;
}

async function takeTurn(contender: Contender, turn: Turn, series: Series): Promise<void> {
  for (let call = 0; call < turn.warmUpCalls; call++) await contender.call();
  const samples = new Float64Array(turn.latencyCalls);
  for (let call = 0; call < turn.latencyCalls; call++) {
    const start = performance.now();
    await contender.call();
    samples[call] = (performance.now() - start) * 1000;
  }
  series.p50Us.push(percentile(samples, 0.5));
  series.p99Us.push(percentile(samples, 0.99));
  series.perSecond.push(await measureThroughput(contender, turn));
}

async function measureThroughput(contender: Contender, turn: Turn): Promise<number> {
  let left = turn.throughputCalls;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left--;
      await contender.call();
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: turn.concurrency }, caller));
  return turn.throughputCalls / ((performance.now() - start) / 1000);
}
