import type { Benchmark, Column, Effort, Outcome, Row, Table } from './benchmark.ts';
import {
  type ChainContender,
  type ChainResult,
  type ChainWork,
  createWork,
} from './chain-contender.ts';
import { openFloor } from './chain-floor.ts';
import { openIsolatedVm, openWebhooks, openWorkerd, openWorkerThread } from './chain-peers.ts';
import { ACTION_SOURCES, LOGIN_EVENT } from './chain-sample.ts';
import { openSandbox, openSandboxHost } from './chain-sandbox.ts';
import { keepCoresAwake } from './cores.ts';
import { withProfile } from './profile.ts';
import { type Contender, measureRounds, type Series, type Turn } from './rounds.ts';
import { summarise } from './statistics.ts';
import { ratioTarget } from './targets.ts';

const FULL_TURN: Turn = {
  warmUpCalls: 300,
  latencyCalls: 2000,
  throughputCalls: 8000,
  concurrency: 32,
};
const QUICK_TURN: Turn = { ...FULL_TURN, latencyCalls: 500, throughputCalls: 2000 };

const COLUMNS: readonly Column[] = [
  { key: 'p50', title: 'p50', unit: 'µs' },
  { key: 'p99', title: 'p99', unit: 'µs' },
  { key: 'throughput', title: '32 at once', unit: 'per second' },
];

const SUBJECT = 'Tessera';
const FLOOR = 'floor: echo + JSON both ways';
const RAW = 'raw echo';
const WEBHOOKS = 'HTTP webhook per Action';
const WORKER = 'worker_threads';
const ISOLATE = 'isolated-vm';
const WORKERD = 'workerd';

/** A warm post-login chain of one and of three Actions. */
export const chainBenchmark: Benchmark = {
  name: 'chain',
  title: 'Post-login chain, warm',
  async run(effort) {
    const turn = effort.quick ? QUICK_TURN : FULL_TURN;
    await using host = await openSandboxHost(ACTION_SOURCES);
    const open = (work: ChainWork): Promise<ChainContender> => openSandbox(host, work);
    const tables: Table[] = [];
    const measured = new Map<string, Map<string, Series>>();
    const measure = async (title: string, length: number): Promise<void> => {
      const work = createWork(ACTION_SOURCES.slice(0, length), LOGIN_EVENT);
      const series = await measureChain(work, { open, turn, effort });
      measured.set(title, series);
      tables.push({ title, columns: COLUMNS, rows: [...series].map(toRow) });
    };
    const awake = await keepCoresAwake();
    await measure('Chain of 1', 1);
    await measure('Chain of 3', 3);
    await awake?.[Symbol.asyncDispose]();
    if (awake !== undefined) await measure('Chain of 3 on cores that may fall asleep', 3);
    return {
      tables,
      targets: judge(measured.get('Chain of 3')),
      notes: describe(awake, host.level),
    };
  },
};

interface Circumstances {
  readonly open: (work: ChainWork) => Promise<ChainContender>;
  readonly turn: Turn;
  readonly effort: Effort;
}

async function measureChain(
  work: ChainWork,
  { open, turn, effort }: Circumstances,
): Promise<Map<string, Series>> {
  await using subject = await open(work);
  const results = await subject.call();
  await using floor = await openFloor(work, results);
  await using webhooks = await openWebhooks(work);
  await using worker = await openWorkerThread(work);
  await using isolate = await openIsolatedVm(work);
  await using workerd = await openWorkerd(work);
  const doing: [string, ChainContender][] = [
    [SUBJECT, subject],
    [FLOOR, floor.withJson],
    [WORKER, worker],
    [ISOLATE, isolate],
    [WEBHOOKS, webhooks],
    [WORKERD, workerd],
  ];
  for (const [name, contender] of doing) requireSame(name, await contender.call(), results);
  const contenders = new Map<string, Contender>([...doing, [RAW, floor.raw]]);
  if (effort.profileDir !== undefined) {
    const alone = new Map([[SUBJECT, subject]]);
    await withProfile(effort.profileDir, `chain-of-${work.sources.length}`, () =>
      measureRounds(alone, turn, effort.rounds),
    );
  }
  return await measureRounds(contenders, turn, effort.rounds);
}

/** A contender that does less than the others would win. */
function requireSame(
  name: string,
  own: readonly ChainResult[],
  expected: readonly ChainResult[],
): void {
  const gist = (results: readonly ChainResult[]): string =>
    JSON.stringify(
      results.map(({ commands, logs }) => [
        commands.map(({ method, args }) => [method, args]),
        logs.map(({ message }) => message),
      ]),
    );
  if (gist(own) !== gist(expected)) {
    throw new Error(`${name} answered ${gist(own)} instead of ${gist(expected)}`);
  }
}

function toRow([name, series]: [string, Series]): Row {
  return {
    name,
    role: name === SUBJECT ? 'subject' : name === FLOOR || name === RAW ? 'floor' : 'peer',
    cells: {
      p50: summarise(series.p50Us),
      p99: summarise(series.p99Us),
      throughput: summarise(series.perSecond),
    },
  };
}

function judge(series: Map<string, Series> | undefined): Outcome['targets'] {
  const p50 = (name: string): readonly number[] => series?.get(name)?.p50Us ?? [];
  const ours = p50(SUBJECT);
  return [
    ratioTarget('chain of 3 ÷ floor', { above: ours, below: p50(FLOOR) }, { atMost: 1.5 }),
    ratioTarget(
      'chain of 3 ÷ worker_threads',
      { above: ours, below: p50(WORKER) },
      { atMost: 1.3 },
    ),
    ratioTarget(
      'three webhooks ÷ chain of 3',
      { above: p50(WEBHOOKS), below: ours },
      { atLeast: 4 },
    ),
    ratioTarget(
      'one workerd call ÷ chain of 3',
      { above: p50(WORKERD), below: ours },
      { atLeast: 2 },
    ),
  ];
}

function describe(awake: AsyncDisposable | undefined, level: string): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(LOGIN_EVENT));
  return [
    `The event is ${bytes} bytes of JSON. Tessera's sandbox ran at the level \`${level}\`.`,
    awake === undefined
      ? 'The cores were left to sleep between calls: this machine has no priority below all others.'
      : 'The first tables were taken while processes that give way to everything else kept the cores awake; the last one without them.',
  ];
}
