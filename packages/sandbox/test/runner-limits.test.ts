import { expect, test } from 'vitest';
import { waitUntil } from './support/guests.ts';
import { action, describeAtEachLevel } from './support/sandbox.ts';

const HOGS: readonly (readonly [name: string, code: string])[] = [
  ['an endless loop', action('for (;;);')],
  ['an endless loop of promises', action('for (;;) await null;')],
  ['an endless loop at load', 'for (;;);'],
  ['a catastrophic regular expression', action(`/^(a+)+$/.test('a'.repeat(60) + 'b');`)],
  ['a promise that never settles', action('await new Promise(() => {});')],
  ['a blocked thread', action('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);')],
  ['a long native call', action(`require('node:crypto').pbkdf2Sync('a', 'b', 5e7, 64, 'sha512');`)],
];

describeAtEachLevel(
  'ActionRunner.run() limits',
  { limits: { memoryMb: 128, heapMb: 96, maxIdleCpuMs: 100 } },
  (open) => {
    test.for(HOGS)(
      'ends %s at the deadline and serves the next call from a standby',
      async ([, code]) => {
        const { results, totalMs } = await open().run([action(`console.log('first');`), code], {
          timeoutMs: 300,
        });
        expect(results).toMatchObject([
          { kind: 'completed', logs: [{ message: 'first' }] },
          { kind: 'limit-exceeded', limit: 'time', error: { name: 'LimitExceeded' } },
        ]);
        expect(totalMs).toBeLessThan(3_000);
        const next = await open().run([action(`console.log('healthy');`)]);
        expect(next.results).toMatchObject([{ kind: 'completed' }]);
      },
    );

    test('keeps the console of an action that was killed', async () => {
      const { results } = await open().run([action(`console.log('got here'); for (;;);`)], {
        timeoutMs: 300,
      });
      expect(results).toMatchObject([{ limit: 'time', logs: [{ message: 'got here' }] }]);
    });

    test('ends an action that fills the heap', async () => {
      const { results } = await open().run([
        action(`const all = []; for (;;) all.push(new Array(1e5).fill({}));`),
      ]);
      expect(results).toMatchObject([{ kind: 'limit-exceeded', limit: 'memory' }]);
    });

    test('ends or refuses an action that fills memory outside the heap', async () => {
      const { results } = await open().run([
        action(`const all = []; for (;;) all.push(Buffer.alloc(4e6, 1));`),
      ]);
      // The kernel refuses the memory, or the watch sees it first.
      expect(results[0]?.kind === 'failed' || results[0]?.kind === 'limit-exceeded').toBe(true);
      expect(JSON.stringify(results[0])).toMatch(/memory|allocat/i);
    });

    test('ends the run of an action that exits', async () => {
      const { results } = await open().run([action(`console.log('bye'); process.exit(3);`)]);
      expect(results).toMatchObject([
        {
          kind: 'limit-exceeded',
          limit: 'process',
          logs: [{ message: 'bye' }],
          error: { message: expect.stringContaining('ended with code 3') },
        },
      ]);
    });

    test('fails an action whose timer throws, and its run alone', async () => {
      const throwing = open().run([
        action(
          `setTimeout(() => { throw new Error('from a timer'); }, 1); await new Promise(() => {});`,
        ),
      ]);
      const other = open().run([
        action(`await new Promise((resolve) => setTimeout(resolve, 50)); console.log('unharmed');`),
      ]);
      expect((await throwing).results).toMatchObject([
        { kind: 'failed', error: { message: 'from a timer' } },
      ]);
      expect((await other).results).toMatchObject([
        { kind: 'completed', logs: [{ message: 'unharmed' }] },
      ]);
    });

    test('fails an action that leaves a rejection unhandled', async () => {
      const { results } = await open().run([
        action(`Promise.reject(new Error('nobody caught me')); await new Promise(() => {});`),
      ]);
      expect(results).toMatchObject([{ kind: 'failed', error: { message: 'nobody caught me' } }]);
    });

    test('lets an exception after the end harm nobody', async () => {
      const late = await open().run([
        action(`setTimeout(() => { throw new Error('too late'); }, 0);`),
      ]);
      const next = await open().run([
        action(`await new Promise((resolve) => setTimeout(resolve, 20)); console.log('fine');`),
      ]);
      expect([late, next].map(({ results }) => results[0]?.kind)).toEqual([
        'completed',
        'completed',
      ]);
    });

    test('cuts off a flood of console output with a notice', async () => {
      const { results } = await open().run([
        action(`for (let i = 0; i < 10_000; i += 1) console.log('x'.repeat(100));`),
      ]);
      const bytes = results[0]?.logs.reduce((sum, line) => sum + line.message.length, 0) ?? 0;
      expect(results[0]?.kind).toBe('completed');
      expect(bytes).toBeLessThan(66_000);
      expect(results[0]?.logs.at(-1)?.message).toContain('cut off');
    });

    test('refuses results over the limit', async () => {
      const { results } = await open().run([
        action(
          `for (let i = 0; i < 90; i += 1) throw Object.assign(new Error('x'), { name: 'y' });`,
        ),
      ]);
      expect(results[0]?.kind).toBe('failed');
      const forged = `require('node:fs'); const big = JSON.stringify({ t: 'result', id: 1, results: [], pad: 'x'.repeat(3e6) });`;
      const write = `const { writeSync } = require('node:fs'); const frame = Buffer.alloc(4 + big.length); frame.writeUInt32LE(big.length, 0); frame.write(big, 4); for (let at = 0; at < frame.length;) { try { at += writeSync(3, frame, at); } catch {} }`;
      const flood = await open().run([action(`${forged} ${write} await new Promise(() => {});`)], {
        tenantId: 'flood',
      });
      expect(flood.results).toMatchObject([{ kind: 'limit-exceeded', limit: 'output' }]);
    });

    test('ends a guest that floods standard error without keeping it', async () => {
      const { results } = await open().run(
        [
          action(
            `for (let i = 0; i < 100; i += 1) process.stderr.write('x'.repeat(1e5)); console.log('done');`,
          ),
        ],
        { timeoutMs: 5_000, tenantId: 'stderr' },
      );
      expect(results).toHaveLength(1);
      expect((await open().run([action('')])).results[0]?.kind).toBe('completed');
    });

    test('refuses an event over the limit as a value', async () => {
      const { results } = await open().run([action('')], { event: { big: 'x'.repeat(2e6) } });
      expect(results).toMatchObject([
        {
          kind: 'limit-exceeded',
          limit: 'output',
          error: { message: expect.stringContaining('event') },
        },
      ]);
    });

    test('retires a process that work left running keeps busy', async () => {
      const busy = action(
        `const spin = () => { const until = Date.now() + 50; while (Date.now() < until); setImmediate(spin); }; spin();`,
      );
      await open().run([busy], { tenantId: 'busy' });
      const { retired } = open().runner.stats.endedProcesses;
      await waitUntil(() => open().runner.stats.endedProcesses.retired > retired, 30_000);
    });

    test('does not let a file outgrow the private directory', async () => {
      const value = await open().evaluate(
        `
      const fs = require('node:fs'); const path = require('node:path').join(require('node:os').tmpdir(), 'big');
      try { for (let i = 0; i < 64; i += 1) fs.appendFileSync(path, Buffer.alloc(1e6)); report('wrote it all'); } catch (error) { report(error.code); }`,
        { tenantId: 'disk' },
      );
      expect(['ENOSPC', 'EFBIG']).toContain(value);
    });
  },
);
