import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import type { EgressRules } from '@tessera/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { action, openSandbox, type Sandbox } from './support/sandbox-runner.ts';

/** What the operator set per tenant; the tests change it while the sandbox runs. */
const tenantRules = new Map<string, EgressRules>();
const served: string[] = [];
const http = createHttpServer((request, response) => {
  served.push(request.url ?? '');
  response.end('ok');
});
const tcp = createTcpServer((socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});
const ports = { http: 0, tcp: 0 };
/** All of them are this machine: a name that nobody allowed is refused. */
const NAMES = new Set([
  'shared.test',
  'closed.test',
  'api.wide.test',
  'api.wide.test.evil.test',
  'badwide.test',
  'wide.test',
]);
const MAX_BYTES = 200_000;
const MAX_CONNECTIONS = 6;
let sandbox: Sandbox;

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  ports.http = await listen(http);
  ports.tcp = await listen(tcp);
  sandbox = await openSandbox({
    limits: { maxConnectionsPerRun: MAX_CONNECTIONS, maxNetworkBytesPerRun: MAX_BYTES },
    egress: {
      deny: ['closed.test', '127.0.0.1:1'],
      tenantRulesOf: (tenantId) => tenantRules.get(tenantId),
      async resolve(host) {
        const name = host.replace(/\.+$/, '');
        if (!NAMES.has(name)) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
        return ['127.0.0.1'];
      },
    },
  });
});
afterAll(async () => {
  await sandbox.close();
  http.closeAllConnections();
  await Promise.all([http, tcp].map((server) => new Promise((resolve) => server.close(resolve))));
});

/** Sets a tenant's rules as the operator would, while its process may be warm. */
function setRules(tenantId: string, rules: Partial<EgressRules>): void {
  tenantRules.set(tenantId, { allow: [], deny: [], ...rules });
  sandbox.runner.applyEgressRules();
}

const CONNECT = `const net = require('node:net');
const connect = (host, port = ${'PORT'}) => new Promise((resolve) => {
  const socket = net.connect({ host, port });
  socket.once('connect', () => { resolve('connected'); socket.destroy(); });
  socket.once('error', (error) => resolve(error.code + ' ' + error.message));
});`;
const connecting = () => CONNECT.replace('PORT', String(ports.tcp));

/** How connecting ends for an action of the tenant, in words of the guest. */
async function tryHosts(
  tenantId: string,
  hosts: readonly string[],
  egress?: EgressRules,
): Promise<readonly string[]> {
  const { results } = await sandbox.run(
    [
      {
        code: action(
          `${connecting()} for (const host of ${JSON.stringify(hosts)}) console.log(await connect(host));`,
        ),
        ...(egress === undefined ? {} : { egress, versionId: JSON.stringify(egress) }),
      },
    ],
    { tenantId },
  );
  return results[0]?.logs.map(({ message }) => message) ?? [];
}

test("a tenant's allow opens for that tenant alone, and at once", async () => {
  expect(await tryHosts('one', ['shared.test'])).toEqual([
    expect.stringContaining('127.0.0.1 is a loopback address'),
  ]);
  setRules('one', { allow: ['shared.test'] });
  expect(await tryHosts('one', ['shared.test', '127.0.0.1'])).toEqual([
    'connected',
    expect.stringContaining('EACCES'),
  ]);
  expect(await tryHosts('two', ['shared.test'])).toEqual([expect.stringContaining('EACCES')]);
});

test("the operator's deny wins over a tenant's allow", async () => {
  setRules('bold', { allow: ['closed.test', '127.0.0.0/8'] });
  expect(await tryHosts('bold', ['closed.test', 'shared.test'])).toEqual([
    expect.stringContaining(`the operator's rule "closed.test" denies it`),
    'connected',
  ]);
});

test("a tenant's deny closes what its allow opens, for one port or all", async () => {
  setRules('strict', { allow: ['127.0.0.1'], deny: [`shared.test:${ports.tcp}`] });
  expect(await tryHosts('strict', ['shared.test', 'wide.test'])).toEqual([
    expect.stringContaining(`the tenant's rule "shared.test:${ports.tcp}" denies it`),
    'connected',
  ]);
  setRules('strict', { allow: ['127.0.0.1'], deny: ['shared.test:9'] });
  expect(await tryHosts('strict', ['shared.test'])).toEqual(['connected']);
});

test('an allow for one port opens no other', async () => {
  setRules('port', { allow: ['shared.test:9', `wide.test:${ports.tcp}`] });
  expect(await tryHosts('port', ['shared.test', 'wide.test'])).toEqual([
    expect.stringContaining('EACCES'),
    'connected',
  ]);
});

test('a wildcard matches names below it and nothing that only looks like one', async () => {
  setRules('wild', { allow: ['*.wide.test'] });
  expect(
    (
      await tryHosts('wild', [
        'api.wide.test',
        'API.WIDE.TEST.',
        'wide.test',
        'badwide.test',
        'api.wide.test.evil.test',
      ])
    ).map((outcome) => outcome.slice(0, 9)),
  ).toEqual(['connected', 'connected', 'EACCES co', 'EACCES co', 'EACCES co']);
});

test.for([
  'closed.test',
  'CLOSED.test',
  'closed.test.',
  'closed.test..',
  'closed.test...',
  'clo\u00adsed.test',
  'ｃlosed.test',
  'user@closed.test',
])('a denied name stays denied however it is written: %s', async (host) => {
  setRules('sly', { allow: ['127.0.0.0/8'] });
  const [outcome] = await tryHosts('sly', [host]);
  expect(outcome).toMatch(/EACCES.*denies it|ENOTFOUND/);
});

test.for(['127.0.0.1', '::ffff:127.0.0.1', '[::ffff:7f00:1]', '0x7f.1'])(
  'a range written for IPv4 in IPv6 form denies %s too',
  async (host) => {
    setRules('mapped', { allow: ['127.0.0.1'], deny: ['::ffff:127.0.0.0/104'] });
    expect(await tryHosts('mapped', [host])).toEqual([expect.stringContaining('denies it')]);
  },
);

test('rules that cannot be read open nothing', async () => {
  setRules('broken', { allow: ['127.0.0.1', 'no rule at all'] });
  expect(await tryHosts('broken', ['127.0.0.1'])).toEqual([
    expect.stringContaining('the egress broker failed'),
  ]);
});

test("an Action's own rules only narrow", async () => {
  setRules('author', { allow: ['shared.test', 'wide.test'] });
  const allow = { allow: ['shared.test', 'badwide.test'], deny: [] };
  expect(await tryHosts('author', ['shared.test', 'wide.test', 'badwide.test'], allow)).toEqual([
    'connected',
    expect.stringContaining("it is not among what the Action's own rules allow"),
    // Its own rule names it, but neither operator nor tenant opened it.
    expect.stringContaining('is a loopback address'),
  ]);
  const deny = { allow: [], deny: ['wide.test'] };
  expect(await tryHosts('author', ['shared.test', 'wide.test'], deny)).toEqual([
    'connected',
    expect.stringContaining(`the Action's rule "wide.test" denies it`),
  ]);
  const byAddress = { allow: ['127.0.0.0/8'], deny: [] };
  expect(await tryHosts('author', ['wide.test'], byAddress)).toEqual(['connected']);
});

const clients: [name: string, request: string][] = [
  ['fetch', '(await fetch(url)).text()'],
  [
    'the global agent of node:http',
    "new Promise((resolve, reject) => require('node:http').get(url, (response) => { response.resume(); response.on('end', resolve); }).on('error', reject))",
  ],
];
test.for(clients)(
  'a connection that %s keeps alive serves no Action whose rules forbid the host',
  async ([name, request]) => {
    const tenantId = `keep ${name}`;
    setRules(tenantId, { allow: ['shared.test'] });
    const url = (path: string) => `http://shared.test:${ports.http}/${encodeURIComponent(path)}`;
    const code = (path: string) =>
      action(
        `const url = '${url(path)}'; await (async () => ${request})(); console.log('served');`,
      );
    const run = async (path: string, egress?: EgressRules) => {
      const spec = { code: code(path), ...(egress === undefined ? {} : { egress }) };
      return (await sandbox.run([spec], { tenantId })).results[0];
    };
    expect(await run(`${name} 1`)).toMatchObject({ kind: 'completed' });
    const refused = await run(`${name} 2`, { allow: ['wide.test'], deny: [] });
    expect(refused).toMatchObject({
      kind: 'failed',
      requests: [
        {
          host: 'shared.test',
          port: ports.http,
          error: expect.stringContaining("not among what the Action's own rules allow"),
        },
      ],
    });
    const [first] = refused?.requests ?? [];
    expect(first).not.toHaveProperty('status');
    expect(await run(`${name} 3`)).toMatchObject({ kind: 'completed' });
    const paths = served.map((path) => decodeURIComponent(path.slice(1)));
    expect(paths.filter((path) => path.startsWith(name))).toEqual([`${name} 1`, `${name} 3`]);
  },
);

test("an Action's own rules hold for what it leaves running", async () => {
  setRules('late', { allow: ['shared.test'] });
  const egress = { allow: ['wide.test'], deny: [] };
  const leaving = action(
    `${connecting()} globalThis.left = new Promise((resolve) => setImmediate(() => setTimeout(() => resolve(connect('shared.test')), 50)));`,
  );
  await sandbox.run([{ code: leaving, egress }], { tenantId: 'late' });
  const { results } = await sandbox.run([action('console.log(await globalThis.left);')], {
    tenantId: 'late',
  });
  expect(results[0]?.logs[0]?.message).toContain("not among what the Action's own rules allow");
});

test('a rule that changes closes the connections that it forbids, and says so', async () => {
  setRules('warm', { allow: ['shared.test', 'wide.test'] });
  const connected = new Promise<void>((resolve) => tcp.once('connection', () => resolve()));
  const running = sandbox.run(
    [
      action(`const net = require('node:net');
        const kept = net.connect(${ports.tcp}, 'wide.test');
        const socket = net.connect(${ports.tcp}, 'shared.test');
        const error = await new Promise((resolve) => socket.once('error', resolve));
        const echo = await new Promise((resolve) => { kept.once('data', (data) => resolve(String(data))); kept.write('still here'); });
        kept.destroy();
        console.log(error.message, echo);`),
    ],
    { tenantId: 'warm' },
  );
  await connected;
  setRules('warm', { allow: ['shared.test', 'wide.test'], deny: ['shared.test'] });
  const { results } = await running;
  const [result] = results;
  expect(result?.logs[0]?.message).toMatch(
    /connect EACCES shared\.test.*: the tenant's rule "shared\.test" denies it\. still here/,
  );
  expect(result?.requests.find(({ host }) => host === 'shared.test')).toMatchObject({
    error: expect.stringContaining('denies it'),
  });
});

test('an allow that is taken back closes the connections that it opened', async () => {
  setRules('taken', { allow: ['shared.test'] });
  const connected = new Promise<void>((resolve) => tcp.once('connection', () => resolve()));
  const running = sandbox.run(
    [
      action(`const socket = require('node:net').connect(${ports.tcp}, 'shared.test');
        console.log((await new Promise((resolve) => socket.once('error', resolve))).message);`),
    ],
    { tenantId: 'taken' },
  );
  await connected;
  setRules('taken', {});
  const { results } = await running;
  expect(results[0]?.logs[0]?.message).toContain('127.0.0.1 is a loopback address');
});

test('a run opens no more connections than its limit, and learns which limit it is', async () => {
  setRules('many', { allow: ['shared.test'] });
  const hosts = Array.from({ length: MAX_CONNECTIONS + 1 }, () => 'shared.test');
  const outcomes = await tryHosts('many', hosts);
  expect(outcomes.slice(0, -1)).toEqual(hosts.slice(1).map(() => 'connected'));
  expect(outcomes.at(-1)).toBe(
    `EMFILE The run opened more than ${MAX_CONNECTIONS} connections (limit requests_per_run).`,
  );
  // Denied attempts count too, and the next run starts anew.
  expect(await tryHosts('many', ['shared.test'])).toEqual(['connected']);
});

test('a run carries no more bytes than its limit, over all its connections', async () => {
  setRules('bulky', { allow: ['shared.test'] });
  const half = MAX_BYTES / 4 + 1;
  const code = action(`const net = require('node:net');
    const push = () => new Promise((resolve) => {
      let got = 0;
      const socket = net.connect(${ports.tcp}, 'shared.test');
      socket.on('data', (data) => { got += data.length; if (got === ${half}) { socket.destroy(); resolve('echoed'); } });
      socket.once('error', (error) => resolve(error.code + ' ' + error.message));
      socket.write(Buffer.alloc(${half}));
    });
    console.log(await push()); console.log(await push()); console.log(await push());`);
  const { results } = await sandbox.run([code], { tenantId: 'bulky' });
  const excess = `The run sent and received more than ${MAX_BYTES} bytes (limit network_bytes_per_run).`;
  expect(results[0]?.logs.map(({ message }) => message)).toEqual([
    'echoed',
    `EDQUOT ${excess}`,
    `EMFILE ${excess}`,
  ]);
  expect(results[0]?.requests.at(-1)).toMatchObject({ host: 'shared.test', error: excess });
});

test('work outside of runs has limits of its own', async () => {
  setRules('loose', { allow: ['shared.test'] });
  const prepare = action(
    `${connecting()} globalThis.loose = require('node:async_hooks').AsyncResource.bind(connect);`,
  );
  await sandbox.run([prepare], { tenantId: 'loose' });
  const { results } = await sandbox.run(
    [
      action(
        `for (let at = 0; at < ${MAX_CONNECTIONS + 1}; at++) console.log(await globalThis.loose('shared.test'));`,
      ),
    ],
    { tenantId: 'loose' },
  );
  expect(results[0]?.logs.at(-1)?.message).toBe(
    `EMFILE Work outside of runs opened more than ${MAX_CONNECTIONS} connections (limit requests_per_run).`,
  );
});

test('a connection that a driver keeps is in the record of each run that uses it', async () => {
  setRules('driver', { allow: ['shared.test'] });
  const code = `const net = require('node:net'); let socket;
    ${action(`socket ??= net.connect(${ports.tcp}, 'shared.test');
      const echo = new Promise((resolve) => socket.once('data', (data) => resolve(data.length)));
      socket.write('12345'); console.log(await echo);`)}`;
  for (const _run of [1, 2, 3]) {
    const { results } = await sandbox.run([code], { tenantId: 'driver' });
    expect(results[0]).toMatchObject({
      logs: [{ message: '5' }],
      requests: [{ host: 'shared.test', port: ports.tcp, bytesSent: 5, bytesReceived: 5 }],
    });
  }
});
