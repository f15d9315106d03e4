import { readFileSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listGuestsOf } from '../support/guests.ts';
import { describeAtEachLevel } from '../support/sandbox.ts';

describeAtEachLevel('the level in force', {}, (open, level) => {
  test('runs Node without the switches that open holes', async () => {
    expect(await open().evaluate(`report(process.execArgv);`)).toEqual(
      expect.arrayContaining([
        '--permission',
        '--no-addons',
        '--no-experimental-sqlite',
        '--disable-sigusr1',
        '--freeze-flags-after-init',
      ]),
    );
  });

  test('has a runtime in strict mode, whose functions show themselves to nobody', async () => {
    expect(
      await open().evaluate(
        `Error.prepareStackTrace = (_, sites) => sites; const { stack } = new Error(); Error.prepareStackTrace = undefined;
        report(stack.map((site) => site.getFileName()).some((name) => name?.endsWith('guest.cjs')));
        report(stack.filter((site) => site.getFileName()?.endsWith('guest.cjs')).every((site) => site.getFunction() === undefined));`,
      ),
    ).toBe(true);
  });

  test.runIf(process.platform === 'linux')('is what it says, as the kernel sees it', async () => {
    await open().runner.ping();
    const guests = listGuestsOf(process.pid).map((pid) => ({
      status: readFileSync(`/proc/${pid}/status`, 'utf8'),
      session: readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ')[3],
      network: readlinkSync(`/proc/${pid}/ns/net`),
    }));
    const ownNetwork = readlinkSync('/proc/self/ns/net');
    const ownSession = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')[3];
    const isRoot = process.getuid?.() === 0;
    expect(guests.length).toBeGreaterThan(0);
    for (const { status, network, session } of guests) {
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).toMatch(/^CapEff:\t0{16}$/m);
      expect(status).toMatch(/^CapPrm:\t0{16}$/m);
      // Only root may empty it; without new privileges nothing can be gained from it.
      if (isRoot || level === 'namespaces') expect(status).toMatch(/^CapBnd:\t0{16}$/m);
      if (level !== 'process') expect(status).toMatch(/^Seccomp:\t2$/m);
      if (level !== 'landlock') expect(network).not.toBe(ownNetwork);
      expect(session).not.toBe(ownSession);
      if (isRoot) expect(Number(/^Uid:\t(\d+)/m.exec(status)?.[1])).toBeGreaterThan(60_000);
    }
  });
});
