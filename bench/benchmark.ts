import type { Summary } from './statistics.ts';

/** How much to measure. */
export interface Effort {
  /** Times that every contender gets its turn; an odd number, so that the median is one of them. */
  readonly rounds: number;
  /** Shorter rounds, for a look while working. Not for publication. */
  readonly quick: boolean;
  /** Directory for CPU profiles of the subject; absent: none are taken. */
  readonly profileDir?: string;
}

/** One line of a table: a contender and what was measured of it, by column. */
export interface Row {
  readonly name: string;
  /** What is ours, what is compared with it, and what no implementation can go below. */
  readonly role: 'subject' | 'peer' | 'floor' | 'context';
  readonly cells: Readonly<Record<string, Summary>>;
}

export interface Column {
  readonly key: string;
  readonly title: string;
  readonly unit: 'µs' | 'ms' | 'per second' | 'MiB' | 'per GiB' | '%';
}

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** A goal and what was reached, taken as the median over rounds of the ratio within each round. */
export interface Target {
  readonly text: string;
  readonly reached: Summary;
  /** What `reached` counts: `×` for ratios. */
  readonly unit: '×' | 'ms' | 'MiB' | 'per GiB' | '%';
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
  readonly isMet: boolean;
}

/** What a benchmark hands back. */
export interface Outcome {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  /** Circumstances that a reader of the numbers must know. */
  readonly notes: readonly string[];
}

export interface Benchmark {
  readonly name: string;
  readonly title: string;
  run(effort: Effort): Promise<Outcome>;
}
