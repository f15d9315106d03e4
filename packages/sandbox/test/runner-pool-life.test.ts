import { expect, test } from 'vitest';
import { createGate, GATED } from './support/gate.ts';
import { listGuestsOf, waitUntil } from './support/guests.ts';
import { action, openSandbox, type Sandbox, SILENT } from './support/sandbox.ts';

const MARK = action(`globalThis.mark ??= Math.random(); console.log(globalThis.mark);`);
/** About a megabyte that stays. */
const LEAK = action(
  `globalThis.leak ??= []; leak.push(new Array(131_072).fill(Math.random())); console.log('leaked');`,
);

async function markOf(sandbox: Sandbox, tenantId: string) {
  return (await sandbox.run([MARK], { tenantId })).results[0]?.logs[0]?.message;
}

test('stats counts processes by state, cold and warm runs, and ends by reason', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox({ limits: { standbys: 1, maxRunsPerProcess: 3 } });
  resources.defer(() => sandbox.close());
  const { stats } = sandbox.runner;
  expect(stats).toMatchObject({ coldStarts: 0, coldRuns: 0, warmRuns: 0, queuedRuns: 0 });
  await sandbox.run([action('')]);
  await sandbox.run([action('')]);
  expect(sandbox.runner.stats).toMatchObject({
    ...{ coldStarts: 1, coldRuns: 1, warmRuns: 1, tenantProcesses: 1 },
    processes: { idle: 1, busy: 0, draining: 0 },
  });
  const gate = createGate();
  const running = sandbox.run([GATED], { onHostCall: gate.onHostCall });
  await gate.waitFor(1);
  expect(sandbox.runner.stats.processes).toMatchObject({ idle: 0, busy: 1 });
  gate.open();
  await running;
  await sandbox.run([action('process.exit()')], { tenantId: 'b' });
  await waitUntil(() => sandbox.runner.stats.tenantProcesses === 0);
  const { retirements, kills, endedProcesses, coldStarts } = sandbox.runner.stats;
  expect(retirements).toMatchObject({ runs: 1, evicted: 0, memory: 0 });
  expect(kills).toEqual({ time: 0, memory: 0, output: 0, process: 1 });
  expect(endedProcesses).toMatchObject({
    process: 1,
    retired: retirements.runs + retirements.surplus,
  });
  expect(coldStarts).toBe(2);
});

test('a storm of new tenants starts maxStarts processes at once and fails nobody', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox({ limits: { standbys: 1, maxStarts: 2 } });
  resources.defer(() => sandbox.close());
  let most = 0;
  let isOver = false;
  const watch = () => {
    most = Math.max(most, sandbox.runner.stats.processes.starting);
    if (!isOver) setImmediate(watch);
  };
  watch();
  const reports = await Promise.all(
    Array.from({ length: 16 }, (_, index) => sandbox.run([MARK], { tenantId: `storm-${index}` })),
  );
  isOver = true;
  expect(reports.map(({ results }) => results[0]?.kind)).toEqual(Array(16).fill('completed'));
  expect(new Set(reports.map(({ results }) => results[0]?.logs[0]?.message)).size).toBe(16);
  expect(most).toBe(2);
});

test('tenants that wait for a place get it in the order in which they came', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox({ limits: { maxTenantProcesses: 1, standbys: 1 } });
  resources.defer(() => sandbox.close());
  const gate = createGate();
  const first = sandbox.run([GATED], { tenantId: 'first', onHostCall: gate.onHostCall });
  await gate.waitFor(1);
  const served: string[] = [];
  const waiting = ['b', 'c', 'd', 'e'].map((tenantId) =>
    sandbox.run([MARK], { tenantId }).then(() => served.push(tenantId)),
  );
  await waitUntil(() => sandbox.runner.stats.waitingTenants === 4);
  expect(sandbox.runner.stats).toMatchObject({ queuedRuns: 4, activeRuns: 5 });
  gate.open();
  await Promise.all([first, ...waiting]);
  expect(served).toEqual(['b', 'c', 'd', 'e']);
});

test('tenants that come by once do not push out one that comes all the time', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox({ limits: { maxTenantProcesses: 2, standbys: 1 } });
  resources.defer(() => sandbox.close());
  const mark = await markOf(sandbox, 'often');
  for (let turn = 0; turn < 10; turn += 1) await markOf(sandbox, 'often');
  for (const tenantId of ['a', 'b', 'c', 'd']) await markOf(sandbox, tenantId);
  expect(await markOf(sandbox, 'often')).toBe(mark);
  expect(sandbox.runner.stats.retirements.evicted).toBe(3);
});

test.for([1, 4])('a leak costs no run, with %i at once', async (callers) => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox({ limits: { memoryMb: 160, heapMb: 96 } });
  resources.defer(() => sandbox.close());
  let left = 250;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left > 0) {
        left -= 1;
        const { results } = await sandbox.run([LEAK]);
        expect(results).toMatchObject([{ kind: 'completed', logs: [{ message: 'leaked' }] }]);
      }
    }),
  );
  const { retirements, kills } = sandbox.runner.stats;
  expect(retirements.memory).toBeGreaterThan(0);
  expect(kills).toEqual({ time: 0, memory: 0, output: 0, process: 0 });
});

test('a new version serves the next run; old runs end on the old one', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox();
  resources.defer(() => sandbox.close());
  const gate = createGate();
  const write = (text: string) =>
    action(`await api.cache.get('gate'); console.log(${JSON.stringify(text)});`);
  const old = sandbox.run([write('old')], { onHostCall: gate.onHostCall });
  await gate.waitFor(1);
  const next = await sandbox.run([write('new')], { onHostCall: async () => null });
  expect(next.results).toMatchObject([{ kind: 'completed', logs: [{ message: 'new' }] }]);
  gate.open();
  expect((await old).results).toMatchObject([{ kind: 'completed', logs: [{ message: 'old' }] }]);
});

test('close() ends runs that go on past its bound, as values, and refuses those that wait', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox({ limits: { closeMs: 100, maxConcurrentRuns: 1 } });
  resources.defer(() => sandbox.close());
  const gate = createGate();
  const running = sandbox.run([GATED], { onHostCall: gate.onHostCall });
  await gate.waitFor(1);
  const waiting = expect(
    sandbox.run([GATED], { onHostCall: gate.onHostCall }),
  ).rejects.toMatchObject({ code: 'sandbox_unavailable', message: 'The sandbox is closing.' });
  await sandbox.close();
  expect((await running).results).toMatchObject([
    {
      kind: 'limit-exceeded',
      limit: 'process',
      logs: [{ message: 'entered' }],
      error: { message: expect.stringContaining('the server shuts down') },
    },
  ]);
  await waiting;
  expect(listGuestsOf(process.pid)).toEqual([]);
});

test('a crash loop ends runs at once with the names of the Actions, until the pause is over', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox({ logger: SILENT, limits: { maxDeathsPerMinute: 0 } });
  resources.defer(() => sandbox.close());
  const exit = action('process.exit();');
  for (let turn = 0; turn < 4; turn += 1)
    expect((await sandbox.run([action(''), exit])).results).toHaveLength(2);
  const halted = await sandbox.run([MARK]);
  expect(halted.results).toMatchObject([
    {
      kind: 'limit-exceeded',
      limit: 'process',
      error: {
        message: expect.stringMatching(
          /ended 4 times within a minute .*: Action "Action 1" 4 times\./,
        ),
      },
    },
  ]);
  expect(sandbox.runner.stats.haltedRuns).toBe(1);
  expect((await sandbox.run([MARK], { tenantId: 'other' })).results).toMatchObject([
    { kind: 'completed' },
  ]);
  // The pause ends by itself, and one process may try.
  let kind: string | undefined;
  while (kind !== 'completed') {
    kind = (await sandbox.run([MARK])).results[0]?.kind;
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('authors see neither the environment nor the collector of the runtime', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox();
  resources.defer(() => sandbox.close());
  const seen = await sandbox.evaluate(`report([typeof gc, Object.keys(process.env).length]);`);
  expect(seen).toEqual(['undefined', 0]);
});

test('code that names fetch gets a process that has it loaded, other code the lighter one', async () => {
  await using resources = new AsyncDisposableStack();
  const sandbox = await openSandbox({ limits: { standbys: 2 } });
  resources.defer(() => sandbox.close());
  const weigh = `report(process.memoryUsage().heapUsed);`;
  for (const turn of [1, 2]) {
    await waitUntil(() => sandbox.runner.stats.standbys === 2);
    const light = await sandbox.evaluate(weigh, { tenantId: `light-${turn}` });
    const web = await sandbox.evaluate(`${weigh} /* fetch */`, { tenantId: `web-${turn}` });
    expect(Number(web) - Number(light)).toBeGreaterThan(500_000);
  }
});
