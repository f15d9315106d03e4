import { expect, test } from 'vitest';
import { action, describeAtEachLevel } from './support/sandbox.ts';

/** Writes frames or raw bytes to a channel of the guest, behind the runtime's back. */
const TOOLS = `
  const { writeSync } = require('node:fs');
  const writeAll = (fd, bytes) => { for (let at = 0; at < bytes.length;) { try { at += writeSync(fd, bytes, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; } } };
  const frame = (text) => { const body = Buffer.from(text); const head = Buffer.alloc(4); head.writeUInt32LE(body.length); return Buffer.concat([head, body]); };
  const egress = (kind, id, text) => { const body = Buffer.from(text); const head = Buffer.alloc(9); head.writeUInt32LE(body.length + 5); head.writeUInt8(kind, 4); head.writeUInt32LE(id, 5); return Buffer.concat([head, body]); };
  const forever = () => new Promise(() => {});`;

const VIOLATIONS: readonly (readonly [name: string, body: string])[] = [
  ['random bytes', `writeAll(3, require('node:crypto').randomBytes(4096));`],
  ['a frame of four gigabytes', `writeAll(3, Buffer.from([255, 255, 255, 255, 1, 2, 3]));`],
  ['a frame that is no JSON', `writeAll(3, frame('{"t":'));`],
  ['a frame that is no object', `writeAll(3, frame('[1,2]'));`],
  ['an unknown message', `writeAll(3, frame('{"t":"shutdown"}'));`],
  ['a second ready', `writeAll(3, frame('{"t":"ready"}'));`],
  [
    'an answer to a run that is not under way',
    `writeAll(3, frame('{"t":"result","id":99,"results":[]}'));`,
  ],
  [
    'a result with a malformed command',
    `writeAll(3, frame('{"t":"result","id":1,"results":[{"kind":"completed","startedAt":1,"endedAt":2,"commands":[{"method":5,"args":[]}],"logs":[],"requests":[]}]}'));`,
  ],
  [
    'a result with a member named __proto__',
    `writeAll(3, frame('{"t":"result","id":1,"results":[{"kind":"completed","startedAt":1,"endedAt":2,"commands":[{"method":"m","args":[{"__proto__":{"admin":true}}]}],"logs":[],"requests":[]}]}'));`,
  ],
  [
    'a result nested a thousand deep',
    `writeAll(3, frame('{"t":"result","id":1,"results":[{"kind":"completed","startedAt":1,"endedAt":2,"commands":[{"method":"m","args":[' + '['.repeat(1000) + ']'.repeat(1000) + ']}],"logs":[],"requests":[]}]}'));`,
  ],
  [
    'a call of the host without a method',
    `writeAll(3, frame('{"t":"call","run":1,"call":1,"args":[]}'));`,
  ],
  ['random bytes on the egress channel', `writeAll(4, require('node:crypto').randomBytes(4096));`],
  ['an egress frame without JSON', `writeAll(4, egress(1, 1, 'x'));`],
  [
    'an egress number used twice',
    `writeAll(4, egress(8, 7, '{"host":"x.invalid"}')); writeAll(4, egress(8, 7, '{"host":"x.invalid"}'));`,
  ],
  ['an unknown egress frame', `writeAll(4, egress(77, 1, ''));`],
  ['an egress port that is none', `writeAll(4, egress(1, 1, '{"host":"x","port":99999}'));`],
];

describeAtEachLevel('the protocol', {}, (open) => {
  test.for(VIOLATIONS)('ends a guest that sends %s', async ([, body]) => {
    const { results } = await open().run([action(`${TOOLS} ${body} await forever();`)], {
      timeoutMs: 5_000,
    });
    expect(results).toMatchObject([{ kind: 'limit-exceeded' }]);
    expect(results[0]).not.toMatchObject({ limit: 'time' });
    expect((await open().run([action('')])).results).toMatchObject([{ kind: 'completed' }]);
  });

  test("lets a forged result speak for its own run only, in the host's words about it", async () => {
    const forged =
      `{"t":"result","id":' + RUN + ',"results":[{"kind":"completed","startedAt":1,"endedAt":9e15,"commands":[],"logs":[],"requests":[{"host":"bank.example","port":443,"durationMs":1,"bytesSent":5,"bytesReceived":5}],"actionId":"other"}]}`.replace(
        '9e15',
        '8e15',
      );
    const { results } = await open().run(
      [action(`${TOOLS} const RUN = 1; writeAll(3, frame('${forged}')); await forever();`)],
      { tenantId: 'forger', timeoutMs: 5_000 },
    );
    const now = Date.now();
    expect(results).toMatchObject([{ kind: 'completed', actionId: 'action-0' }]);
    expect(results[0]?.startedAt.getTime()).toBeGreaterThan(now - 60_000);
    expect(results[0]?.endedAt.getTime()).toBeLessThanOrEqual(now);
    expect(results[0]?.requests).toMatchObject([{ bytesSent: 0, bytesReceived: 0 }]);
  });

  test('ends a guest that floods the host with calls', async () => {
    const { results } = await open().run(
      [
        action(
          `${TOOLS} for (let call = 1; ; call += 1) writeAll(3, frame(JSON.stringify({ t: 'call', run: 1, call, method: 'cache.get', args: ['k'] })));`,
        ),
      ],
      { tenantId: 'caller', timeoutMs: 10_000, onHostCall: async () => null },
    );
    expect(results).toMatchObject([{ kind: 'limit-exceeded', limit: 'output' }]);
  });

  test('hands on only text that databases and pages can hold', async () => {
    const { results } = await open().run([
      action(`console.log('a\\0b', '\\ud800'); throw new Error('c\\0d');`),
    ]);
    expect(results).toMatchObject([
      { kind: 'failed', error: { message: 'c\uFFFDd' }, logs: [{ message: 'a\uFFFDb \uFFFD' }] },
    ]);
  });

  test('ends a guest that floods the egress channel', async () => {
    const { results } = await open().run(
      [
        action(
          `${TOOLS} for (let id = 1; ; id += 1) writeAll(4, egress(1, id, '{"host":"127.0.0.1","port":1}'));`,
        ),
      ],
      { tenantId: 'opener', timeoutMs: 10_000 },
    );
    expect(results).toMatchObject([
      {
        kind: 'limit-exceeded',
        limit: 'process',
        error: { message: expect.stringContaining('too many') },
      },
    ]);
  });

  test('believes no journal that is not one', async () => {
    const { results } = await open().run(
      [
        action(
          `${TOOLS} writeSync(5, Buffer.alloc(1000, 255), 0, 1000, 0); writeAll(3, Buffer.from([255, 255, 255, 255])); await forever();`,
        ),
      ],
      { timeoutMs: 5_000 },
    );
    expect(results).toMatchObject([{ kind: 'limit-exceeded', actionId: 'action-0' }]);
  });
});
