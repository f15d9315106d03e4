import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Outcome } from './benchmark.ts';
import type { Machine } from './machine.ts';

/** One benchmark, as it was last run. */
export interface StoredResult extends Outcome {
  readonly name: string;
  readonly title: string;
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly rounds: number;
  readonly quick: boolean;
  readonly machine: Machine;
}

const FILE = resolve(import.meta.dirname, 'results.json');

/** The last result of each benchmark, in the order of `names`. */
export function readResults(names: readonly string[]): readonly StoredResult[] {
  if (!existsSync(FILE)) return [];
  const { results } = JSON.parse(readFileSync(FILE, 'utf8')) as { results: StoredResult[] };
  return names.flatMap((name) => results.filter((result) => result.name === name));
}

/** Replaces what is stored of the same benchmark; the others stay. */
export function storeResult(result: StoredResult, names: readonly string[]): void {
  const others = readResults(names).filter(({ name }) => name !== result.name);
  writeFileSync(FILE, `${JSON.stringify({ results: [...others, result] }, null, 2)}\n`);
}
