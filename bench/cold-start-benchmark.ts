import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { compileFunction } from 'node:vm';
import type { Benchmark, Column, Row } from './benchmark.ts';
import { createWork } from './chain-contender.ts';
import { ACTION_SOURCES, LOGIN_EVENT } from './chain-sample.ts';
import { readResults } from './chain-sandbox.ts';
import { keepCoresAwake } from './cores.ts';
import { withDeadline } from './deadline.ts';
import { type OpenRunner, openRunner, waitUntil } from './open-runner.ts';
import { startPlainProcess } from './start-peers.ts';
import { percentile, summarise } from './statistics.ts';
import { durationTarget, ratioTarget } from './targets.ts';

const STANDBYS = 2;
const SAMPLES = 6;
const QUICK_SAMPLES = 4;
const SAMPLE_LIMIT_MS = 30_000;
/** What else the runner has to do after a standby is ready, or after a first run, is done by then. */
const SETTLE_MS = 50;

const COLUMNS: readonly Column[] = [
  { key: 'p50', title: 'p50', unit: 'ms' },
  { key: 'slowest', title: 'slowest of a round', unit: 'ms' },
];

const STANDBY = 'Tessera, from a standby';
const FRESH = 'Tessera, from nothing';
const LOAD = "floor: loading the author's code in a process that runs";
const EMPTY = 'floor: node -e 0';

interface Measured {
  readonly p50: number[];
  readonly slowest: number[];
}

/** What the sandbox itself adds to a first result. */
export const coldStartBenchmark: Benchmark = {
  name: 'cold-start',
  title: 'Cold start beside its floors',
  async run({ rounds, quick }) {
    await using _awake = await keepCoresAwake();
    await using warm = await openRunner({ standbys: STANDBYS });
    await using cold = await openRunner({ standbys: 0 });
    const work = createWork([ACTION_SOURCES[0] ?? ''], LOGIN_EVENT);
    await using plain = startPlainProcess(work);
    const ways = new Map<string, () => Promise<number>>([
      [STANDBY, () => timeFirstResult(warm, STANDBYS)],
      [FRESH, () => timeFirstResult(cold, 0)],
      [LOAD, timeLoading],
      [EMPTY, timeEmptyProcess],
      ['plain Node process, no sandbox', () => plain.sample()],
    ]);
    const all = new Map<string, Measured>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, time] of ways) {
        const samples: number[] = [];
        for (let sample = 0; sample < (quick ? QUICK_SAMPLES : SAMPLES); sample++)
          samples.push(await withDeadline(time(), SAMPLE_LIMIT_MS, `a start of ${name}`));
        const measured = all.get(name) ?? { p50: [], slowest: [] };
        measured.p50.push(percentile(samples, 0.5));
        measured.slowest.push(Math.max(...samples));
        all.set(name, measured);
      }
    }
    const p50Of = (name: string) => all.get(name)?.p50 ?? [];
    const loading = p50Of(LOAD);
    return {
      tables: [{ title: 'Trivial Action', columns: COLUMNS, rows: [...all].map(toRow) }],
      targets: [
        durationTarget(
          "first result from a standby, beyond loading the author's code",
          p50Of(STANDBY).map((ms, round) => ms - (loading[round] ?? 0)),
          2,
        ),
        ratioTarget(
          'first result from nothing ÷ node -e 0',
          { above: p50Of(FRESH), below: p50Of(EMPTY) },
          { atMost: 1.3 },
        ),
      ],
      notes: [
        `Level \`${warm.runner.level}\`. From nothing: namespaces are made, Node starts, the runtime loads, the Action runs. The floor starts Node and ends it.`,
      ],
    };
  },
};

async function timeFirstResult(host: OpenRunner, standbys: number): Promise<number> {
  await waitUntil(() => host.runner.stats.standbys === standbys);
  await settle();
  const tenantId = randomUUID();
  const request = host.request([ACTION_SOURCES[0] ?? ''], { tenantId, event: LOGIN_EVENT });
  const start = performance.now();
  readResults(await host.runner.run(request));
  const duration = performance.now() - start;
  await settle();
  await host.runner.evictTenant(tenantId);
  return duration;
}

/** Compiles and evaluates the Action. Its text differs each time: V8 knows the code it has seen. */
async function timeLoading(): Promise<number> {
  await settle();
  const source = `// ${randomUUID()}\n${ACTION_SOURCES[0] ?? ''}`;
  const exports: Record<string, unknown> = {};
  const start = performance.now();
  compileFunction(source, ['exports'])(exports);
  return performance.now() - start;
}

async function timeEmptyProcess(): Promise<number> {
  const start = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - start;
}

async function settle(): Promise<void> {
  await new Promise((done) => setTimeout(done, SETTLE_MS));
}

function toRow([name, { p50, slowest }]: [string, Measured]): Row {
  const role = name === STANDBY ? 'subject' : name.startsWith('floor') ? 'floor' : 'context';
  return { name, role, cells: { p50: summarise(p50), slowest: summarise(slowest) } };
}
