import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Benchmark, Column, Row } from './benchmark.ts';
import { createWork } from './chain-contender.ts';
import { openWorkerThread } from './chain-peers.ts';
import { ACTION_SOURCES, LOGIN_EVENT } from './chain-sample.ts';
import { readResults } from './chain-sandbox.ts';
import { openRunner, waitUntil } from './open-runner.ts';
import { listGuests, readOwnMemory } from './own-memory.ts';
import { summarise } from './statistics.ts';
import { amountTarget } from './targets.ts';

const TENANTS = 12;
const QUICK_TENANTS = 4;
/** A login or a few have come by. */
const RUNS = 10;
/** Longer than a process must be idle before it gives memory back, and than that takes. */
const IDLE_MS = 5_000;
const GIB_IN_MIB = 1024;

const COLUMNS: readonly Column[] = [
  { key: 'own', title: 'own memory', unit: 'MiB' },
  { key: 'perGib', title: 'tenants', unit: 'per GiB' },
];

const TESSERA = 'Tessera, idle tenant';

/** What a tenant costs that has run its Actions and waits for more. */
export const densityBenchmark: Benchmark = {
  name: 'density',
  title: 'Memory of idle tenants',
  async run({ rounds, quick }) {
    const tenants = quick ? QUICK_TENANTS : TENANTS;
    const measured = new Map<string, number[]>();
    const ways = new Map([
      [TESSERA, measureTessera],
      ['plain Node process, no sandbox', measureProcesses],
      ['worker_threads', measureThreads],
    ]);
    // Memory differs little from round to round, and a round takes seconds.
    for (let round = 0; round < Math.ceil(rounds / 3); round++) {
      for (const [name, measure] of ways) {
        const values = measured.get(name) ?? [];
        values.push(await measure(tenants));
        measured.set(name, values);
      }
    }
    const own = measured.get(TESSERA) ?? [];
    return {
      tables: [{ title: 'Per tenant', columns: COLUMNS, rows: [...measured].map(toRow) }],
      targets: [
        amountTarget('own memory of an idle tenant', own, { unit: 'MiB', bound: { atMost: 12 } }),
        amountTarget(
          'idle tenants',
          own.map((mib) => GIB_IN_MIB / mib),
          { unit: 'per GiB', bound: { atLeast: 80 } },
        ),
      ],
      notes: [
        `${tenants} tenants at once, each after ${RUNS} runs of the chain of 3 and ${IDLE_MS / 1000} s without any; private pages of the process (clean and dirty), so not what all share.`,
        'A thread has no isolation, and its share is the growth of the process that it lives in.',
      ],
    };
  },
};

async function measureTessera(tenants: number): Promise<number> {
  await using host = await openRunner({ standbys: 0 });
  const started: number[] = [];
  for (let tenant = 0; tenant < tenants; tenant++) {
    const request = host.request(ACTION_SOURCES, {
      tenantId: `tenant-${tenant}`,
      event: LOGIN_EVENT,
    });
    for (let run = 0; run < RUNS; run++) readResults(await host.runner.run(request));
    started.push(tenant);
  }
  await waitUntil(() => listGuests().length === started.length);
  await beIdle();
  return average(listGuests().map(readOwnMemory));
}

async function measureProcesses(tenants: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
  const file = join(folder, 'sources.json');
  writeFileSync(file, JSON.stringify(ACTION_SOURCES));
  const script = resolve(import.meta.dirname, 'peers/idle-process.mjs');
  const children = Array.from({ length: tenants }, () =>
    spawn(process.execPath, [script, file], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  try {
    for (const child of children) {
      for (let run = 0; run < RUNS; run++) {
        child.stdin.write(`${JSON.stringify(LOGIN_EVENT)}\n`);
        await once(child.stdout, 'data');
      }
    }
    await beIdle();
    return average(children.map(({ pid }) => (pid === undefined ? undefined : readOwnMemory(pid))));
  } finally {
    for (const child of children) child.stdin.end();
    await Promise.all(children.map((child) => once(child, 'close')));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureThreads(tenants: number): Promise<number> {
  const work = createWork(ACTION_SOURCES, LOGIN_EVENT);
  await using threads = new AsyncDisposableStack();
  const before = readOwnMemory(process.pid);
  for (let tenant = 0; tenant < tenants; tenant++) {
    const thread = threads.use(await openWorkerThread(work));
    for (let run = 0; run < RUNS; run++) await thread.call();
  }
  await beIdle();
  const after = readOwnMemory(process.pid);
  return ((after ?? Number.NaN) - (before ?? Number.NaN)) / tenants;
}

function average(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) throw new Error('the kernel does not tell how much memory processes own');
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

async function beIdle(): Promise<void> {
  await new Promise((done) => setTimeout(done, IDLE_MS));
}

function toRow([name, own]: [string, number[]]): Row {
  return {
    name,
    role: name === TESSERA ? 'subject' : 'peer',
    cells: { own: summarise(own), perGib: summarise(own.map((mib) => GIB_IN_MIB / mib)) },
  };
}
