import type { ActionLimits } from '@tessera/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGate, GATED } from './support/gate.ts';
import { waitUntil } from './support/guests.ts';
import { action, openSandbox, type Sandbox } from './support/sandbox.ts';

const PROCESS_MARK = action(`globalThis.mark ??= Math.random(); console.log(globalThis.mark);`);
const FLOOD = action(`for (let i = 0; i < 5_000; i += 1) console.log('x'.repeat(100));`);
/** 40 MB in the heap. */
const ON_HEAP = action(`globalThis.kept = new Array(5e6).fill(1.5); console.log('kept');`);
/** 120 MB outside of it. */
const OFF_HEAP = action(
  `globalThis.kept = []; for (let i = 0; i < 30; i += 1) kept.push(Buffer.alloc(4e6, 1)); console.log('kept');`,
);

describe("a tenant's own limits", () => {
  const own = new Map<string, Partial<ActionLimits>>();
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox({ limitsOf: (tenantId) => own.get(tenantId) });
  });
  afterAll(() => sandbox.close());
  const runAs = async (tenantId: string, code: string) =>
    (await sandbox.run([code], { tenantId })).results[0];
  const markOf = async (tenantId: string) =>
    (await runAs(tenantId, PROCESS_MARK))?.logs[0]?.message;

  test('refuse the run past concurrentRuns, of that tenant alone', async () => {
    own.set('two', { concurrentRuns: 2 });
    const gate = createGate();
    const options = { tenantId: 'two', onHostCall: gate.onHostCall };
    const first = sandbox.run([GATED], options);
    await gate.waitFor(1);
    const second = sandbox.run([GATED], options);
    const before = sandbox.runner.stats.refusedRuns;
    await expect(sandbox.run([GATED], options)).rejects.toMatchObject({
      code: 'too_many_runs',
      status: 429,
      message: expect.stringContaining('limit 2'),
    });
    expect(sandbox.runner.stats.refusedRuns).toBe(before + 1);
    expect(await runAs('other', action(''))).toMatchObject({ kind: 'completed' });
    gate.open();
    for (const { results } of await Promise.all([first, second]))
      expect(results).toMatchObject([{ kind: 'completed' }]);
    expect(await runAs('two', action(''))).toMatchObject({ kind: 'completed' });
  });

  test('cut the console at consoleBytes and say so', async () => {
    own.set('quiet', { consoleBytes: 1_000 });
    const sizes = [];
    for (const tenantId of ['quiet', 'loud']) {
      const logs = (await runAs(tenantId, FLOOD))?.logs ?? [];
      const limit = tenantId === 'quiet' ? 1_000 : 65_536;
      expect(logs.at(-1)?.message).toContain(`cut off here (limit ${limit} bytes)`);
      sizes.push(logs.reduce((sum, { message }) => sum + message.length, 0));
    }
    expect(sizes[0]).toBeLessThan(1_100);
    expect(sizes[1]).toBeGreaterThan(40_000);
  });

  test('hold for a console that the guest forged', async () => {
    own.set('forger', { consoleBytes: 1_000 });
    // It answers the run itself, with more than the honest runtime would send.
    const forged = action(`
      const { writeSync } = require('node:fs');
      const line = { level: 'log', time: new Date().toISOString(), message: 'x'.repeat(100) };
      const result = { kind: 'completed', startedAt: Date.now(), endedAt: Date.now(), commands: [], requests: [], logs: Array(2_000).fill(line) };
      const json = Buffer.from(JSON.stringify({ t: 'result', id: 1, results: [result] }));
      const frame = Buffer.alloc(4 + json.length); frame.writeUInt32LE(json.length, 0); json.copy(frame, 4);
      for (let at = 0; at < frame.length;) { try { at += writeSync(3, frame, at); } catch {} }
      await new Promise(() => {});`);
    const logs = (await runAs('forger', forged))?.logs ?? [];
    expect(logs.at(-1)?.message).toContain('cut off here (limit 1000 bytes)');
    expect(logs.length).toBeLessThan(20);
  });

  test('bound the heap at heapMb', async () => {
    own.set('small-heap', { heapMb: 32 });
    expect(await runAs('small-heap', ON_HEAP)).toMatchObject({ limit: 'memory' });
    expect(await runAs('usual-heap', ON_HEAP)).toMatchObject({ kind: 'completed' });
  });

  test('bound all memory at memoryMb', async () => {
    own.set('small', { memoryMb: 64 });
    const small = await runAs('small', OFF_HEAP);
    expect(JSON.stringify(small)).toMatch(/memory|allocat/i);
    expect(small?.kind).not.toBe('completed');
    expect(await runAs('usual', OFF_HEAP)).toMatchObject({ kind: 'completed' });
  });

  test('replace a warm process when they change, and lose no run', async () => {
    const before = await markOf('changing');
    const gate = createGate();
    const running = sandbox.run([GATED], { tenantId: 'changing', onHostCall: gate.onHostCall });
    await gate.waitFor(1);
    const { limits } = sandbox.runner.stats.retirements;
    own.set('changing', { heapMb: 64 });
    const after = await markOf('changing');
    expect(after).not.toBe(before);
    gate.open();
    expect((await running).results).toMatchObject([
      { kind: 'completed', logs: [{ message: 'entered' }, { message: 'left' }] },
    ]);
    own.set('changing', { heapMb: 64, concurrentRuns: 3 });
    expect(await markOf('changing')).toBe(after);
    await waitUntil(() => sandbox.runner.stats.processes.draining === 0);
    expect(sandbox.runner.stats.retirements.limits).toBe(limits + 1);
  });
});
