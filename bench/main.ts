import { resolve } from 'node:path';
import type { Benchmark } from './benchmark.ts';
import { chainBenchmark } from './chain-benchmark.ts';
import { coldStartBenchmark } from './cold-start-benchmark.ts';
import { densityBenchmark } from './density-benchmark.ts';
import { firstResultBenchmark } from './first-result-benchmark.ts';
import { flowsBenchmark } from './flows-benchmark.ts';
import { loginsBenchmark } from './logins-benchmark.ts';
import { readMachine } from './machine.ts';
import { neighboursBenchmark } from './neighbours-benchmark.ts';
import { parseOptions, USAGE } from './options.ts';
import { printMarkdown, writeMarkdown } from './print-markdown.ts';
import { printProfile } from './print-profile.ts';
import { printText } from './print-text.ts';
import { readResults, type StoredResult, storeResult } from './results-file.ts';
import { tenantsBenchmark } from './tenants-benchmark.ts';
import { tokensBenchmark } from './tokens-benchmark.ts';

const BENCHMARKS: readonly Benchmark[] = [
  chainBenchmark,
  firstResultBenchmark,
  coldStartBenchmark,
  densityBenchmark,
  neighboursBenchmark,
  tenantsBenchmark,
  tokensBenchmark,
  loginsBenchmark,
  flowsBenchmark,
];
const NAMES = BENCHMARKS.map(({ name }) => name);

const PROFILES = resolve(import.meta.dirname, '../.cache/profiles');

const FULL_ROUNDS = 9;
const QUICK_ROUNDS = 3;

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, NAMES);
  if (options.profileFile !== undefined) {
    process.stdout.write(printProfile(options.profileFile));
    return;
  }
  if (options.report) {
    const results = readResults(NAMES);
    if (options.write) writeMarkdown(results);
    else process.stdout.write(printMarkdown(results));
    return;
  }
  const wanted = options.names.length === 0 ? NAMES : options.names;
  for (const benchmark of BENCHMARKS.filter(({ name }) => wanted.includes(name))) {
    process.stderr.write(`Measuring: ${benchmark.title} …\n`);
    const machine = readMachine();
    const rounds = options.quick ? QUICK_ROUNDS : FULL_ROUNDS;
    const outcome = await benchmark.run({
      rounds,
      quick: options.quick,
      ...(options.profile ? { profileDir: PROFILES } : {}),
    });
    const { name, title } = benchmark;
    const measuredAt = new Date().toISOString();
    const effort = { rounds, quick: options.quick };
    const result: StoredResult = { name, title, measuredAt, ...effort, machine, ...outcome };
    storeResult(result, NAMES);
    process.stdout.write(printText(result));
  }
}

// An interrupt must run the exit handlers: helper processes end with this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1));
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n\n${USAGE}`);
    process.exit(1);
  },
);
