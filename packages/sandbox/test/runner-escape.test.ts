import { readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tryAttacks } from './support/attacks.ts';
import { listGuestsOf } from './support/guests.ts';
import { action, describeAtEachLevel } from './support/sandbox.ts';

/** A server of the machine that no action may reach. */
const reached: string[] = [];
const server = createServer((socket) => {
  reached.push(String(socket.remoteAddress));
  socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

describeAtEachLevel('the sandbox', {}, (open, level) => {
  test('lets no attack through', async () => {
    expect(await open().evaluate(tryAttacks(port), { timeoutMs: 30_000 })).toEqual({});
    expect(reached).toEqual([]);
  });

  test('has no environment', async () => {
    expect(await open().evaluate(`report(Object.keys(process.env));`)).toEqual([]);
  });

  test('runs Node without the switches that open holes', async () => {
    expect(await open().evaluate(`report(process.execArgv);`)).toEqual(
      expect.arrayContaining([
        '--permission',
        '--no-addons',
        '--no-experimental-sqlite',
        '--disable-sigusr1',
      ]),
    );
  });

  test("ends when it turns V8's flags", async () => {
    const { results } = await open().run([
      action(
        `require('node:v8').setFlagsFromString('--allow-natives-syntax'); console.log('turned');`,
      ),
    ]);
    expect(results).toMatchObject([{ kind: 'limit-exceeded', limit: 'process', logs: [] }]);
  });

  test('harms itself alone when it tampers with what the runtime uses', async () => {
    const tampering = action(`
      JSON.stringify = () => 'null'; JSON.parse = () => null; Array.prototype.push = () => 0; Array.prototype.map = () => [];
      Promise.prototype.then = undefined; Buffer.from = undefined; require('net').Socket.prototype.write = undefined;`);
    await open().run([tampering], { tenantId: 'tamperer', timeoutMs: 500 });
    const { results } = await open().run([action(`console.log('fine');`)]);
    expect(results).toMatchObject([{ kind: 'completed', logs: [{ message: 'fine' }] }]);
  });

  test.runIf(process.platform === 'linux')('is what it says, as the kernel sees it', async () => {
    await open().runner.ping();
    const guests = listGuestsOf(process.pid).map((pid) => ({
      status: readFileSync(`/proc/${pid}/status`, 'utf8'),
      network: readlinkSync(`/proc/${pid}/ns/net`),
    }));
    const own = readlinkSync('/proc/self/ns/net');
    const isRoot = process.getuid?.() === 0;
    expect(guests.length).toBeGreaterThan(0);
    for (const { status, network } of guests) {
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).toMatch(/^CapEff:\t0{16}$/m);
      // Only root may empty it; without new privileges nothing can be gained from it.
      if (isRoot || level === 'namespaces') expect(status).toMatch(/^CapBnd:\t0{16}$/m);
      if (level === 'namespaces') expect(status).toMatch(/^Seccomp:\t2$/m);
      expect(network).not.toBe(own);
      if (isRoot) expect(Number(/^Uid:\t(\d+)/m.exec(status)?.[1])).toBeGreaterThan(60_000);
    }
  });
});
