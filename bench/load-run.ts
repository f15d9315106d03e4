import { percentile } from './statistics.ts';

/** What a load process is asked for besides its subject. */
export interface LoadOrder {
  readonly concurrency: number;
  readonly seconds: number;
}

/** What it measured. Only whole pieces of work count. */
export interface LoadReport {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Calls `work` from as many callers as ordered until the time is over. `work` gets its caller's number. */
export async function runLoad(
  { concurrency, seconds }: LoadOrder,
  work: (caller: number) => Promise<void>,
): Promise<LoadReport> {
  const samples: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const caller = async (number: number): Promise<void> => {
    while (performance.now() < end) {
      const before = performance.now();
      await work(number);
      samples.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, number) => caller(number)));
  return {
    perSecond: samples.length / ((performance.now() - start) / 1000),
    p50Ms: percentile(samples, 0.5),
    p99Ms: percentile(samples, 0.99),
  };
}
