import type { Artifact } from '@tessera/model';
import type { Benchmark, Column, Effort, Row } from './benchmark.ts';
import { buildArtifacts, type Source } from './build-artifacts.ts';
import { type ChainWork, createWork } from './chain-contender.ts';
import { ACTION_SOURCES, AXIOS_SOURCE, LOGIN_EVENT } from './chain-sample.ts';
import { keepCoresAwake } from './cores.ts';
import { withDeadline } from './deadline.ts';
import { type Starter, startIsolate, startPlainProcess, startWorkerThread } from './start-peers.ts';
import { openStartHost } from './start-sandbox.ts';
import { percentile, summarise } from './statistics.ts';
import { durationTarget } from './targets.ts';

/** As many as the server keeps by default. */
const STANDBYS = 2;
const SAMPLES = 15;
const QUICK_SAMPLES = 5;
const SAMPLE_LIMIT_MS = 30_000;
const AXIOS = { name: 'axios', version: '1.21.1' };

const COLUMNS: readonly Column[] = [
  { key: 'p50', title: 'p50', unit: 'ms' },
  { key: 'slowest', title: 'slowest of a round', unit: 'ms' },
];

const STANDBY = 'Tessera, from a standby';
const RETURNING = 'Tessera, from a standby, known tenant';
const FRESH = 'Tessera, no standby ready';
const PLAIN = 'plain Node process, no sandbox';

const TRIVIAL: Source = { code: ACTION_SOURCES[0] ?? '', dependencies: [] };
const WITH_AXIOS: Source = { code: AXIOS_SOURCE, dependencies: [AXIOS] };

interface Measured {
  readonly p50: number[];
  readonly slowest: number[];
}

/** From nothing to the first result of an Action, for a tenant that has no process. */
export const firstResultBenchmark: Benchmark = {
  name: 'first-result',
  title: 'First result of a cold tenant',
  async run(effort) {
    const artifacts = await buildArtifacts([TRIVIAL, WITH_AXIOS]);
    const [trivial, axios] = artifacts;
    if (trivial === undefined || axios === undefined) throw new Error('an artifact is missing');
    await using _awake = await keepCoresAwake();
    await using warm = await openStartHost(artifacts, STANDBYS);
    await using cold = await openStartHost(artifacts, 0);
    const measure = async (artifact: Artifact, others: boolean): Promise<Map<string, Measured>> => {
      const work = createWork([artifact.bundle], LOGIN_EVENT);
      await using plain = startPlainProcess(work);
      const starters = new Map<string, Starter>([
        [STANDBY, warm.starter(work, [artifact])],
        [RETURNING, warm.returning(work, [artifact])],
        [FRESH, cold.starter(work, [artifact])],
        [PLAIN, plain],
        ['new Worker', startWorkerThread(work)],
        ...(others ? [isolateOf(work)] : []),
      ]);
      return await measureStarters(starters, effort);
    };
    const ofTrivial = await measure(trivial, true);
    const ofAxios = await measure(axios, false);
    return {
      tables: [
        { title: 'Trivial Action', columns: COLUMNS, rows: [...ofTrivial].map(toRow) },
        { title: 'Action with axios', columns: COLUMNS, rows: [...ofAxios].map(toRow) },
      ],
      targets: [
        durationTarget('first result from a standby', ofTrivial.get(STANDBY)?.p50 ?? [], 3),
        durationTarget('first result from a standby, axios', ofAxios.get(STANDBY)?.p50 ?? [], 25),
      ],
      notes: [
        'A known tenant ran the Action before and gave its process up: V8 is given what it compiled then.',
        `The bundle with axios ${AXIOS.version} has ${Math.round(axios.bundle.length / 1024)} kB. isolated-vm cannot load it: there is no Node in an isolate.`,
      ],
    };
  },
};

function isolateOf(work: ChainWork): [string, Starter] {
  return ['new isolate (isolated-vm)', startIsolate(work)];
}

/** Gives every starter a turn, round by round. */
async function measureStarters(
  starters: ReadonlyMap<string, Starter>,
  { rounds, quick }: Effort,
): Promise<Map<string, Measured>> {
  const all = new Map<string, Measured>();
  const count = quick ? QUICK_SAMPLES : SAMPLES;
  for (let round = 0; round < rounds; round++) {
    for (const [name, starter] of starters) {
      const samples: number[] = [];
      for (let sample = 0; sample < count; sample++) {
        samples.push(await withDeadline(starter.sample(), SAMPLE_LIMIT_MS, `a start of ${name}`));
      }
      const measured = all.get(name) ?? { p50: [], slowest: [] };
      measured.p50.push(percentile(samples, 0.5));
      measured.slowest.push(Math.max(...samples));
      all.set(name, measured);
    }
  }
  return all;
}

function toRow([name, { p50, slowest }]: [string, Measured]): Row {
  return {
    name,
    role: name === STANDBY ? 'subject' : name.startsWith('Tessera') ? 'context' : 'peer',
    cells: { p50: summarise(p50), slowest: summarise(slowest) },
  };
}
