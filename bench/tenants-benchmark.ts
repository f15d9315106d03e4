import type { JsonObject, RunRequest } from '@tessera/model';
import type { Benchmark, Column, Row, Target } from './benchmark.ts';
import { LOGIN_EVENT } from './chain-sample.ts';
import { readResults } from './chain-sandbox.ts';
import { type OpenRunner, openRunner } from './open-runner.ts';
import { percentile, type Summary, summarise } from './statistics.ts';
import { amountTarget } from './targets.ts';
import { clairvoyant, createRandom, createZipf, leastRecentlyUsed, simulateShare } from './zipf.ts';

const TENANTS = 200;
const PLACES = 20;
const SEED = 20_261_121;
/** Rank k comes in proportion to 1 / k^exponent. Below 1.6 not even who knows the future has 90 % warm. */
const EXPONENTS = [1.2, 1.5, 1.8] as const;
const TARGET_EXPONENT = 1.8;
const CALLS = 2_000;
const QUICK_CALLS = 800;
/** Calls at the beginning that are not counted: every process is missing then. */
const WARM_UP_SHARE = 0.3;
const CALLERS = 4;

const COLUMNS: readonly Column[] = [
  { key: 'warm', title: 'warm runs', unit: '%' },
  { key: 'p50', title: 'p50', unit: 'ms' },
  { key: 'p90', title: 'p90', unit: 'ms' },
  { key: 'p99', title: 'p99', unit: 'ms' },
];

/** What a tenant has deployed: five Actions in three triggers. The share is of its calls. */
const TRIGGERS = [
  { id: 'post-login', handler: 'onExecutePostLogin', actions: 3, share: 0.8 },
  { id: 'credentials-exchange', handler: 'onExecuteCredentialsExchange', actions: 1, share: 0.15 },
  { id: 'post-change-password', handler: 'onExecutePostChangePassword', actions: 1, share: 0.05 },
] as const;

/** Many tenants with few places. */
export const tenantsBenchmark: Benchmark = {
  name: 'tenants',
  title: '1,000 Actions of 200 tenants, places for 20',
  async run({ rounds, quick }) {
    const count = quick ? QUICK_CALLS : CALLS;
    const turns = Math.max(1, Math.floor(rounds / 4));
    const rows: Row[] = [];
    const targets: Target[] = [];
    for (const exponent of EXPONENTS) {
      const measured = { warm: [], p50: [], p90: [], p99: [] } as Record<string, number[]>;
      const simulated = { recent: [] as number[], best: [] as number[] };
      for (let turn = 0; turn < turns; turn++) {
        const calls = drawCalls(exponent, { count, seed: SEED + turn });
        const { samples, warm } = await serve(calls);
        measured.warm?.push(100 * warm);
        for (const [key, share] of [
          ['p50', 0.5],
          ['p90', 0.9],
          ['p99', 0.99],
        ] as const)
          measured[key]?.push(percentile(samples, share));
        const tenants = calls.map(({ tenant }) => tenant);
        const options = { places: PLACES, from: Math.floor(count * WARM_UP_SHARE) };
        const share = (choose: ReturnType<typeof clairvoyant>) =>
          100 * simulateShare(tenants, { ...options, choose });
        simulated.recent.push(share(leastRecentlyUsed));
        simulated.best.push(share(clairvoyant(tenants)));
      }
      rows.push(...toRows(exponent, measured, simulated));
      if (exponent === TARGET_EXPONENT)
        targets.push(
          amountTarget(`warm runs, exponent ${exponent}`, measured.warm ?? [], {
            unit: '%',
            bound: { atLeast: 90 },
          }),
        );
    }
    return {
      tables: [{ title: `${PLACES} places for ${TENANTS} tenants`, columns: COLUMNS, rows }],
      targets,
      notes: [
        `Tenants come in proportion to 1 / rank^exponent (seed ${SEED}, ${count} calls, ${CALLERS} at once; the first ${100 * WARM_UP_SHARE} % are not counted). Each has five Actions: a chain of three at login, one each in two more triggers.`,
        'Warm: the process was there and had loaded everything. The simulated rows ask for the process alone, one call after another.',
        'The published trace of a large function service is steeper than 1.8: its most popular 19 % of applications have 99.6 % of the calls (Shahrad and others, 2020).',
      ],
    };
  },
};

interface Call {
  readonly tenant: number;
  readonly trigger: (typeof TRIGGERS)[number];
}

function drawCalls(
  exponent: number,
  { count, seed }: { readonly count: number; readonly seed: number },
): readonly Call[] {
  const random = createRandom(seed);
  const draw = createZipf(TENANTS, exponent, random);
  return Array.from({ length: count }, () => {
    const tenant = draw();
    let left = random();
    const trigger = TRIGGERS.find(({ share }) => {
      left -= share;
      return left < 0;
    });
    return { tenant, trigger: trigger ?? TRIGGERS[0] };
  });
}

async function serve(
  calls: readonly Call[],
): Promise<{ readonly samples: readonly number[]; readonly warm: number }> {
  await using host = await openRunner({ maxTenantProcesses: PLACES });
  const from = Math.floor(calls.length * WARM_UP_SHARE);
  await callAll(host, calls.slice(0, from));
  const before = host.runner.stats;
  const samples = await callAll(host, calls.slice(from));
  const after = host.runner.stats;
  const warm = after.warmRuns - before.warmRuns;
  return { samples, warm: warm / (warm + after.coldRuns - before.coldRuns) };
}

async function callAll(host: OpenRunner, calls: readonly Call[]): Promise<readonly number[]> {
  const samples: number[] = [];
  const left = calls.values();
  const caller = async (): Promise<void> => {
    for (const call of left) {
      const request = createRequest(host, call);
      const start = performance.now();
      readResults(await host.runner.run(request));
      samples.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return samples;
}

function createRequest(host: OpenRunner, { tenant, trigger }: Call): RunRequest {
  const { id, handler, actions } = trigger;
  const sources = Array.from(
    { length: actions },
    (_, place) => `// Action ${place} of tenant ${tenant}
exports.${handler} = async (event, api) => { console.log('user', event.user?.user_id); };
`,
  );
  const event: JsonObject = LOGIN_EVENT;
  return host.request(sources, { tenantId: `tenant-${tenant}`, triggerId: id, event });
}

function toRows(
  exponent: number,
  measured: Readonly<Record<string, readonly number[]>>,
  simulated: { readonly recent: readonly number[]; readonly best: readonly number[] },
): readonly Row[] {
  const cells = Object.fromEntries(
    Object.entries(measured).map(([key, values]): [string, Summary] => [key, summarise(values)]),
  );
  const warmOnly = (values: readonly number[]) => ({ warm: summarise(values) });
  return [
    { name: `Tessera, exponent ${exponent}`, role: 'context', cells },
    {
      name: `least recently used gives way (simulated), ${exponent}`,
      role: 'peer',
      cells: warmOnly(simulated.recent),
    },
    {
      name: `who knows the future (simulated), ${exponent}`,
      role: 'floor',
      cells: warmOnly(simulated.best),
    },
  ];
}
