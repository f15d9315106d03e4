import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createGate, GATED } from './support/gate.ts';
import { listGuestsOf, listProcesses, waitUntil } from './support/guests.ts';
import { action, describeAtEachLevel, openSandbox, SILENT } from './support/sandbox.ts';

const PROCESS_MARK = action(`globalThis.mark ??= Math.random(); console.log(globalThis.mark);`);

describeAtEachLevel(
  'the pool',
  { limits: { maxConcurrentRuns: 4, maxTenantRuns: 7 } },
  (open, level) => {
    const markOf = async (tenantId: string) => {
      const { results } = await open().run([PROCESS_MARK], { tenantId });
      return results[0]?.logs[0]?.message;
    };

    test('keeps a tenant in its process and no two tenants in one', async () => {
      const [first, second] = [await markOf('a'), await markOf('b')];
      expect(first).not.toBe(second);
      expect([await markOf('a'), await markOf('b')]).toEqual([first, second]);
    });

    test('gives a tenant whose process was killed from outside a new one', async () => {
      const before = await markOf('killed');
      const { onHostCall, waitFor } = createGate();
      const running = open().run([GATED], { tenantId: 'killed', onHostCall });
      await waitFor(1);
      // All of this file's guests: the others are idle and are replaced as well.
      for (const pid of listGuestsOf(process.pid)) process.kill(pid, 'SIGKILL');
      expect((await running).results).toMatchObject([
        { kind: 'limit-exceeded', limit: 'process', logs: [{ message: 'entered' }] },
      ]);
      expect(await markOf('killed')).not.toBe(before);
    });

    test('replaces standbys that die while they wait', async () => {
      await waitUntil(() => open().runner.stats.standbys === 2);
      for (const pid of listGuestsOf(process.pid)) process.kill(pid, 'SIGKILL');
      await waitUntil(() => open().runner.stats.standbys < 2);
      await waitUntil(() => open().runner.stats.standbys === 2);
      await open().runner.ping();
    });

    test('leaves other tenants unharmed when one is killed', async () => {
      const gate = createGate();
      const other = open().run([GATED], { tenantId: 'bystander', onHostCall: gate.onHostCall });
      await gate.waitFor(1);
      const hog = await open().run([action('for (;;);')], { tenantId: 'hog', timeoutMs: 200 });
      gate.open();
      expect(hog.results).toMatchObject([{ limit: 'time' }]);
      expect((await other).results).toMatchObject([{ kind: 'completed' }]);
    });

    test('runs again what had not begun when its process was killed, and only that', async () => {
      const tenantId = 'retried';
      const gate = createGate();
      const begun = open().run([GATED], { tenantId, onHostCall: gate.onHostCall });
      await gate.waitFor(1);
      await markOf(tenantId);
      const loop = createGate();
      const code = action(`api.cache.get('gate'); for (;;);`);
      const hog = open().run([code], { tenantId, timeoutMs: 500, onHostCall: loop.onHostCall });
      await loop.waitFor(1);
      // The loop has the process: this one is sent and not read.
      const waiting = open().run([PROCESS_MARK], { tenantId });
      expect((await hog).results).toMatchObject([{ limit: 'time' }]);
      expect((await begun).results).toMatchObject([
        { kind: 'limit-exceeded', limit: 'process', logs: [{ message: 'entered' }] },
      ]);
      expect((await waiting).results).toMatchObject([{ kind: 'completed' }]);
    });

    test('queues what is over the concurrency and refuses what is over the runs of a tenant', async () => {
      const gate = createGate();
      const options = { tenantId: 'queue', onHostCall: gate.onHostCall };
      // The bundle is loaded with the first; from then on runs go out at once.
      const runs = [open().run([GATED], options)];
      await gate.waitFor(1);
      for (let more = 0; more < 8; more += 1) runs.push(open().run([GATED], options));
      const settled = Promise.allSettled(runs);
      await gate.waitFor(4);
      gate.open();
      const outcomes = await settled;
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
      const refused = outcomes.flatMap((run) => (run.status === 'rejected' ? [run.reason] : []));
      expect(refused).toMatchObject([
        { code: 'too_many_runs', message: expect.stringContaining('limit 7') },
        { code: 'too_many_runs' },
      ]);
    });

    test('answers a run that waited too long as a value', async () => {
      const gate = createGate();
      const options = { tenantId: 'waiting', onHostCall: gate.onHostCall };
      const first = open().run([GATED], options);
      await gate.waitFor(1);
      const others = [1, 2, 3].map(() => open().run([GATED], options));
      const late = await open().run([GATED], { ...options, timeoutMs: 100 });
      expect(late.results).toMatchObject([
        {
          kind: 'limit-exceeded',
          limit: 'time',
          error: { message: expect.stringContaining('did not start') },
        },
      ]);
      gate.open();
      await Promise.all([first, ...others]);
    });

    test("ends a tenant's process when the tenant is evicted", async () => {
      const before = await markOf('evicted');
      const { tenantProcesses } = open().runner.stats;
      await open().runner.evictTenant('evicted');
      expect(open().runner.stats.tenantProcesses).toBe(tenantProcesses - 1);
      expect(await markOf('evicted')).not.toBe(before);
    });

    test.runIf(process.platform === 'linux')(
      'leaves no guest behind when the host is killed',
      async () => {
        const script = fileURLToPath(new URL('./support/host.ts', import.meta.url));
        const host = spawn(process.execPath, ['--conditions=source', script, level], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        await once(host.stdout, 'data');
        await waitUntil(() => listGuestsOf(host.pid ?? 0).length >= 3);
        const guests = listGuestsOf(host.pid ?? 0);
        host.kill('SIGKILL');
        await once(host, 'exit');
        await waitUntil(() => !listProcesses().some(({ pid }) => guests.includes(pid)));
      },
    );
  },
);

describe("the pool's limits", () => {
  test('takes the process of the tenant that was idle longest', async () => {
    const sandbox = await openSandbox({ limits: { maxTenantProcesses: 2, standbys: 1 } });
    const markOf = async (tenantId: string) =>
      (await sandbox.run([PROCESS_MARK], { tenantId })).results[0]?.logs[0]?.message;
    const [first, second] = [await markOf('a'), await markOf('b')];
    await markOf('c');
    expect(await markOf('b')).toBe(second);
    expect(await markOf('a')).not.toBe(first);
    expect(sandbox.runner.stats.tenantProcesses).toBe(2);
    await sandbox.close();
  });

  test('lets a tenant wait when every process is busy', async () => {
    const sandbox = await openSandbox({ limits: { maxTenantProcesses: 1, standbys: 1 } });
    const gate = createGate();
    const busy = sandbox.run([GATED], { tenantId: 'a', onHostCall: gate.onHostCall });
    await gate.waitFor(1);
    const waiting = sandbox.run([PROCESS_MARK], { tenantId: 'b' });
    gate.open();
    expect((await waiting).results).toMatchObject([{ kind: 'completed' }]);
    expect((await busy).results).toMatchObject([{ kind: 'completed' }]);
    await sandbox.close();
  });

  test('replaces a process after its share of runs, of versions, and of idle time', async () => {
    const sandbox = await openSandbox({
      limits: { maxRunsPerProcess: 2, maxVersionsPerProcess: 3, idleMs: 0 },
    });
    const marks = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const { results } = await sandbox.run([PROCESS_MARK]);
      marks.push(results[0]?.logs[0]?.message);
    }
    expect(new Set(marks).size).toBeGreaterThanOrEqual(2);
    await sandbox.run(
      Array.from({ length: 5 }, (_, index) => action(`/* ${index} */`)),
      { tenantId: 'versions' },
    );
    await waitUntil(() => sandbox.runner.stats.tenantProcesses === 0);
    await sandbox.close();
  });

  test('delays a tenant whose processes keep ending, and nobody else', async () => {
    const warnings: string[] = [];
    const logger = {
      ...SILENT,
      warn: (_fields: object, message: string) => void warnings.push(message),
    };
    const sandbox = await openSandbox({ logger, limits: { maxDeathsPerMinute: 1 } });
    for (let turn = 0; turn < 3; turn += 1) await sandbox.run([action('process.exit();')]);
    const delayed = sandbox.run([PROCESS_MARK]);
    const other = await sandbox.run([PROCESS_MARK], { tenantId: 'other' });
    expect(other.totalMs).toBeLessThan((await delayed).totalMs);
    expect(warnings).toContain('The processes of a tenant keep ending; the next one is delayed');
    await sandbox.close();
  });

  test('loads a bundle with the code cache that the tenant made, and with no other', async () => {
    const sandbox = await openSandbox();
    const big = `const table = { ${Array.from({ length: 4_000 }, (_, index) => `key${index}: () => ${index}`).join(', ')} };
      ${action('console.log(table.key3999());')}`;
    for (const tenantId of ['a', 'b', 'a']) {
      const { results } = await sandbox.run([big], { tenantId });
      expect(results).toMatchObject([{ kind: 'completed', logs: [{ message: '3999' }] }]);
      // The cache is asked for after the run; the next one comes behind it on the same channel.
      await sandbox.run([big], { tenantId });
      await sandbox.runner.evictTenant(tenantId);
    }
    await sandbox.close();
  });

  test('closes after the runs under way and leaves nothing', async () => {
    const before = readdirSync(tmpdir()).filter(
      (name) => name.startsWith('tessera-sandbox-') && name.includes(`-${process.pid}-`),
    );
    const sandbox = await openSandbox();
    const gate = createGate();
    const running = sandbox.run([GATED], { onHostCall: gate.onHostCall });
    await gate.waitFor(1);
    const closing = sandbox.close();
    await expect(sandbox.run([action('')])).rejects.toMatchObject({ code: 'sandbox_unavailable' });
    gate.open();
    expect((await running).results).toMatchObject([{ kind: 'completed' }]);
    await closing;
    await expect(sandbox.runner.ping()).rejects.toMatchObject({ code: 'sandbox_unavailable' });
    const after = readdirSync(tmpdir()).filter(
      (name) => name.startsWith('tessera-sandbox-') && name.includes(`-${process.pid}-`),
    );
    expect(after).toEqual(before);
  });
});

describe('describeSandbox()', () => {
  test('names the level, its layers, and what is missing for stronger ones', async () => {
    const sandbox = await openSandbox();
    const description = sandbox.runner.describeSandbox();
    expect(description.level).toBe(sandbox.runner.level);
    expect(description.layers.length).toBeGreaterThan(2);
    expect(description.limits.memoryMb).toBe(256);
    for (const { reason, remedy } of description.missing)
      expect([reason, remedy]).not.toContain('');
    await sandbox.close();
  });

  test('refuses an egress rule that cannot be read', async () => {
    await expect(openSandbox({ egress: { allow: ['http://example.com/'] } })).rejects.toThrow(
      '"http://example.com/" is no egress rule',
    );
    await expect(openSandbox({ egress: { deny: ['10.0.0.0/99'] } })).rejects.toThrow(
      '"10.0.0.0/99" is no egress rule',
    );
    await expect(openSandbox({ egress: { deny: ['example.com:0'] } })).rejects.toThrow('port');
  });

  test('refuses a level that the machine does not have, with the remedy', async () => {
    const { missing } = await openSandbox().then(async (sandbox) => {
      const description = sandbox.runner.describeSandbox();
      await sandbox.close();
      return description;
    });
    const level = missing[0]?.level ?? 'landlock';
    const attempt = openSandbox({ level });
    await attempt.then(
      (sandbox) => sandbox.close(),
      (error: Error) =>
        expect(error.message).toMatch(
          new RegExp(`^The sandbox level "${level}" cannot be had: .+\\. .+\\.$`),
        ),
    );
  });
});
