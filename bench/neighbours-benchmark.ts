import { randomUUID } from 'node:crypto';
import type { Logger, RunRequest } from '@tessera/model';
import type { Benchmark, Column, Row } from './benchmark.ts';
import { ACTION_SOURCES, LOGIN_EVENT } from './chain-sample.ts';
import { readResults } from './chain-sandbox.ts';
import { type OpenRunner, openRunner } from './open-runner.ts';
import { percentile, summarise } from './statistics.ts';
import { ratioTarget } from './targets.ts';

const QUIET = 'Tessera, alone';
const TURN_MS = 1_000;
const QUICK_TURN_MS = 400;
/** An attack may go on for this long before the deadline ends it and the next one starts. */
const ATTACK_MS = 1_000;

/** That the neighbours are ended is the point here. */
const DEAF_LOGGER: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const COLUMNS: readonly Column[] = [
  { key: 'p99', title: 'p99', unit: 'µs' },
  { key: 'p50', title: 'p50', unit: 'µs' },
];

/** Bodies of a post-login handler of another tenant. */
const ATTACKS: ReadonlyMap<string, string> = new Map([
  ['beside a CPU loop', 'for (;;);'],
  [
    'beside a memory bomb on the heap',
    'const all = []; for (;;) all.push(new Array(1e4).fill({}));',
  ],
  [
    'beside a memory bomb off the heap',
    'const all = []; for (;;) { all.push(Buffer.alloc(1e6, 1)); await null; }',
  ],
  [
    'beside a flood of output',
    "for (;;) { console.log('x'.repeat(1e4)); process.stderr.write('x'.repeat(1e4)); await null; }",
  ],
  [
    'beside attempts to fork',
    "for (;;) { try { require('node:child_process').spawnSync(process.execPath, ['-e', '0']); } catch {} await null; }",
  ],
]);

interface Measured {
  readonly p50: number[];
  readonly p99: number[];
}

/** A tenant's calls while another tenant misbehaves, again and again. */
export const neighboursBenchmark: Benchmark = {
  name: 'neighbours',
  title: 'Beside a tenant that misbehaves',
  async run({ rounds, quick }) {
    await using host = await openRunner({}, DEAF_LOGGER);
    const request = host.request([ACTION_SOURCES[0] ?? ''], {
      tenantId: 'victim',
      event: LOGIN_EVENT,
    });
    const turnMs = quick ? QUICK_TURN_MS : TURN_MS;
    const all = new Map<string, Measured>();
    for (let round = 0; round < rounds; round++) {
      for (const name of [QUIET, ...ATTACKS.keys()]) {
        const attack = ATTACKS.get(name);
        await using _ = attack === undefined ? undefined : keepAttacking(host, attack);
        const samples = await sample(host, request, turnMs);
        const measured = all.get(name) ?? { p50: [], p99: [] };
        measured.p50.push(percentile(samples, 0.5));
        measured.p99.push(percentile(samples, 0.99));
        all.set(name, measured);
      }
    }
    const quiet = all.get(QUIET)?.p99 ?? [];
    return {
      tables: [{ title: "A tenant's calls", columns: COLUMNS, rows: [...all].map(toRow) }],
      targets: [...ATTACKS.keys()].map((name) =>
        ratioTarget(
          `p99 ${name} ÷ alone`,
          { above: all.get(name)?.p99 ?? [], below: quiet },
          { atMost: 2 },
        ),
      ),
      notes: [
        `The chain of one, one call after another for ${turnMs / 1000} s, at the level \`${host.runner.level}\`.`,
        'Taken without the processes that keep the cores awake: three that compute on two cores would make the third wait for the slices of the scheduler, which is not what is measured.',
        `The neighbour is another tenant each time it was ended, so that the delays for a tenant whose processes keep ending do not help; what outlasts ${ATTACK_MS / 1000} s is ended at its deadline.`,
      ],
    };
  },
};

/** Runs the attack, as one tenant after another, until it is disposed of. */
function keepAttacking(host: OpenRunner, body: string): AsyncDisposable {
  let isOver = false;
  const source = `exports.onExecutePostLogin = async () => { ${body} };`;
  const attacking = (async () => {
    while (!isOver) {
      const tenantId = `neighbour-${randomUUID()}`;
      await host.runner.run(host.request([source], { tenantId, event: {}, timeoutMs: ATTACK_MS }));
      await host.runner.evictTenant(tenantId);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      await attacking;
    },
  };
}

async function sample(
  { runner }: OpenRunner,
  request: RunRequest,
  turnMs: number,
): Promise<readonly number[]> {
  // The first calls belong to the turn before: standbys start, memory is given back.
  const warmUntil = performance.now() + turnMs / 5;
  while (performance.now() < warmUntil) readResults(await runner.run(request));
  const samples: number[] = [];
  const until = performance.now() + turnMs;
  while (performance.now() < until) {
    const start = performance.now();
    readResults(await runner.run(request));
    samples.push((performance.now() - start) * 1000);
  }
  return samples;
}

function toRow([name, { p50, p99 }]: [string, Measured]): Row {
  return {
    name,
    role: name === QUIET ? 'subject' : 'context',
    cells: { p50: summarise(p50), p99: summarise(p99) },
  };
}
