import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { action, openSandbox } from './support/sandbox-runner.ts';

const USES = 2_000;

/** Connects, and says of itself again and again that it uses the connection: the largest flood that passes. */
const flood = (port: number) =>
  action(`
  const socket = require('node:net').connect({ host: '127.0.0.1', port });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const use = (action) => {
    const body = Buffer.from(JSON.stringify({ run: 1, action }));
    const head = Buffer.alloc(9);
    head.writeUInt32LE(body.length + 5);
    head.writeUInt8(10, 4);
    head.writeUInt32LE(1, 5);
    return Buffer.concat([head, body]);
  };
  const frames = Buffer.concat(Array.from({ length: ${USES} }, (_, n) => use(n % 2)));
  for (let at = 0; at < frames.length;) {
    try { at += require('node:fs').writeSync(4, frames, at); }
    catch (error) { if (error.code !== 'EAGAIN') throw error; }
  }
  const echoed = new Promise((resolve) => socket.once('data', resolve));
  socket.write('after the flood');
  console.log(String(await echoed));
  socket.destroy();`).replace('port }', `port: ${port} }`);

test('a flood of claims to use a connection is judged once per set of rules', async () => {
  await using resources = new AsyncDisposableStack();
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  resources.defer(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  let judgements = 0;
  const sandbox = await openSandbox({
    limits: { standbys: 0 },
    egress: {
      tenantRulesOf: () => {
        judgements += 1;
        return { allow: ['127.0.0.1'], deny: [] };
      },
    },
  });
  resources.defer(() => sandbox.close());
  const egress = { allow: ['127.0.0.1'], deny: [] };
  const { results } = await sandbox.run([
    { code: flood(port), egress },
    { code: action(''), egress: { ...egress } },
  ]);
  expect(results[0]?.logs.map(({ message }) => message)).toEqual(['after the flood']);
  expect(judgements).toBeLessThan(USES / 100);
});
