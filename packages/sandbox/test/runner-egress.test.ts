import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { action, describeAtEachLevel } from './support/sandbox.ts';

const listen = async (server: Server) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const status = Number(request.headers['x-status'] ?? 200);
    const body = Buffer.concat(chunks);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        method: request.method,
        path: request.url,
        bytes: body.length,
        socket: request.socket.remotePort,
      }),
    );
  });
};
/** A certificate of an authority of its own. */
function createCertificate(): { key: string; cert: string; ca: string } {
  const directory = mkdtempSync(join(tmpdir(), 'tessera-test-ca-'));
  const at = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-subj',
    '/CN=Test CA',
    '-days',
    '2',
  );
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('key.pem'),
    '-out',
    at('cert.pem'),
    '-subj',
    '/CN=secure.test',
    '-days',
    '2',
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-addext',
    'subjectAltName=DNS:secure.test',
    '-addext',
    'basicConstraints=CA:FALSE',
  );
  const files = {
    key: readFileSync(at('key.pem'), 'utf8'),
    cert: readFileSync(at('cert.pem'), 'utf8'),
    ca: readFileSync(at('ca.pem'), 'utf8'),
  };
  rmSync(directory, { recursive: true });
  return files;
}

const certificate = createCertificate();
const http = createHttpServer(echo);
const https = createHttpsServer(certificate, echo);
const http2 = createSecureServer(certificate, (_request, response) => response.end('ok'));
const tcp = createTcpServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  socket.pipe(socket);
});
const ports = { http: 0, https: 0, http2: 0, tcp: 0 };
const bundles = { axios: '', undici: '' };
const require = createRequire(import.meta.url);
/** Clients that an author would declare, as the builder would bundle them. */
const CLIENTS = { axios: require.resolve('axios'), undici: require.resolve('undici') };

beforeAll(async () => {
  ports.http = await listen(http);
  ports.https = await listen(https);
  ports.http2 = await listen(http2);
  ports.tcp = await listen(tcp);
  for (const name of ['axios', 'undici'] as const) {
    const { outputFiles } = await build({
      entryPoints: [CLIENTS[name]],
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'node',
    });
    bundles[name] =
      `const ${name} = (() => { const module = { exports: {} }; ((module, exports) => { ${outputFiles[0]?.text ?? ''}\n})(module, module.exports); return module.exports; })();\n`;
  }
});
afterAll(async () => {
  http.closeAllConnections();
  https.closeAllConnections();
  await Promise.all(
    [http, https, http2, tcp].map((server) => new Promise((resolve) => server.close(resolve))),
  );
});

/** The test's servers under names, as an operator would allow internal ones. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'plain.test': ['127.0.0.1'],
  'secure.test': ['127.0.0.1'],
  'rebound.test': ['127.0.0.1'],
  'half-public.test': ['93.184.216.34', '10.0.0.5'],
  'metadata.test': ['169.254.169.254'],
  'allowed-metadata.test': ['169.254.169.254'],
  'denied.test': ['127.0.0.1'],
  'own.test': ['127.0.0.1'],
};
const egress = {
  allow: [
    'plain.test',
    'secure.test',
    '*.internal.test',
    'allowed-metadata.test',
    'denied.test',
    '10.9.0.0/16:5432',
  ],
  deny: ['denied.test', '93.184.216.0/24', 'plain.test:1'],
  ownHosts: (tenantId: string) =>
    tenantId === 'owner'
      ? [{ host: 'own.test', port: 443, connectTo: { host: '127.0.0.1', port: ports.http } }]
      : [],
  async resolve(host: string) {
    const found = NAMES[host];
    if (found === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
    return found;
  },
};

describeAtEachLevel(
  'the egress broker',
  { egress, extraCaCertificates: [certificate.ca] },
  (open) => {
    const at = (kind: 'http' | 'https') =>
      `${kind}://${kind === 'http' ? 'plain' : 'secure'}.test:${ports[kind]}`;

    test('carries fetch, and records method, host, status and bytes', async () => {
      const { results } = await open().run([
        action(`const response = await fetch('${at('http')}/a?b=1', { method: 'POST', body: 'x'.repeat(1000), headers: { 'x-status': '201' } });
        console.log(response.status, await response.json());`),
      ]);
      expect(results).toMatchObject([
        {
          kind: 'completed',
          logs: [
            { message: expect.stringMatching(/^201 .*'POST', path: '\/a\?b=1', bytes: 1000/) },
          ],
        },
      ]);
      const [request, ...others] = results[0]?.requests ?? [];
      expect(others).toEqual([]);
      expect(request).toMatchObject({
        method: 'POST',
        host: 'plain.test',
        port: ports.http,
        status: 201,
      });
      expect(request?.bytesSent).toBeGreaterThan(1000);
      expect(request?.bytesReceived).toBeGreaterThan(100);
      expect(request?.durationMs).toBeGreaterThan(0);
      expect(request).not.toHaveProperty('stream');
    });

    test('carries https with an authority of the operator, end to end', async () => {
      const value = await open().evaluate(`
      const viaFetch = (await fetch('${at('https')}/f')).status;
      const https = require('node:https');
      const viaHttps = await new Promise((resolve, reject) => https.get('${at('https')}/g', (response) => { response.resume(); response.on('end', () => resolve(response.statusCode)); }).on('error', reject));
      report([viaFetch, viaHttps]);`);
      expect(value).toEqual([200, 200]);
    });

    test('lets the guest check certificates itself', async () => {
      const { results } = await open().run([
        action(`await fetch('https://plain.test:${ports.https}/');`),
      ]);
      expect(results).toMatchObject([
        {
          kind: 'failed',
          error: { stack: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') },
        },
      ]);
    });

    test('carries axios, in the adapters it has', async () => {
      const { results } = await open().run([
        `${bundles.axios} ${action(`
        const plain = await axios.get('${at('http')}/axios'); const secure = await axios.post('${at('https')}/axios', { a: 1 });
        const fetched = await axios.get('${at('http')}/fetch', { adapter: 'fetch' });
        const failed = await axios.get('${at('http')}/', { headers: { 'x-status': '418' } }).catch((error) => error.response.status);
        console.log(plain.data.path, secure.data.bytes, fetched.data.path, failed);`)}`,
      ]);
      expect(results).toMatchObject([
        { kind: 'completed', logs: [{ message: '/axios 7 /fetch 418' }] },
      ]);
      expect(results[0]?.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
        'GET 200',
        'POST 200',
        'GET 200',
        'GET 418',
      ]);
    });

    test('carries undici from the registry', async () => {
      const { results } = await open().run([
        `${bundles.undici} ${action(`const { statusCode, body } = await undici.request('${at('http')}/u'); await body.dump();
        const pool = new undici.Pool('${at('https')}'); const second = await pool.request({ path: '/p', method: 'GET' }); await second.body.dump(); await pool.close();
        console.log(statusCode, second.statusCode);`)}`,
      ]);
      expect(results).toMatchObject([{ kind: 'completed', logs: [{ message: '200 200' }] }]);
    });

    test('carries node:http with keep-alive over runs, and counts each request', async () => {
      const code = `const http = require('node:http'); const agent = new http.Agent({ keepAlive: true });
      ${action(`const body = await new Promise((resolve, reject) => http.get('${at('http')}/keep', { agent }, (response) => { let text = ''; response.on('data', (chunk) => { text += chunk; }); response.on('end', () => { console.log('ended'); resolve(JSON.parse(text)); }); }).on('error', reject));
        console.log(body.socket);`)}`;
      const [first, second] = [await open().run([code]), await open().run([code])];
      const sockets = [first, second].map(({ results }) => results[0]?.logs.at(-1)?.message);
      expect(sockets[0]).toBe(sockets[1]);
      for (const { results } of [first, second]) {
        expect(results[0]?.logs[0]?.message).toBe('ended');
        expect(results[0]?.requests).toMatchObject([
          { method: 'GET', status: 200, host: 'plain.test' },
        ]);
        expect(results[0]?.requests[0]?.bytesReceived).toBeGreaterThan(50);
      }
    });

    test('lets requests end that an asynchronous handler did not await, and records them', async () => {
      const code = action(`void fetch('${at('http')}/later').then((response) => response.text());`);
      const { results } = await open().run([code], { backgroundMs: 5_000 });
      expect(results).toMatchObject([
        { kind: 'completed', requests: [{ method: 'GET', host: 'plain.test', status: 200 }] },
      ]);
    });

    test('carries raw connections, half-closed ones and large ones', async () => {
      const value = await open().evaluate(`
      const net = require('node:net'); const crypto = require('node:crypto');
      const sent = crypto.randomBytes(3e6); const hash = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');
      const got = await new Promise((resolve, reject) => {
        const chunks = []; const socket = net.connect({ host: 'plain.test', port: ${ports.tcp} });
        socket.end(sent); socket.on('data', (chunk) => chunks.push(chunk)); socket.on('end', () => resolve(Buffer.concat(chunks))); socket.on('error', reject);
      });
      report(hash(got) === hash(sent));`);
      expect(value).toBe(true);
    });

    test('carries http2', async () => {
      const value = await open().evaluate(`
        const session = require('node:http2').connect('https://secure.test:${ports.http2}');
        const status = await new Promise((resolve, reject) => { session.on('error', reject); const stream = session.request({ ':path': '/h2' }); stream.on('response', (headers) => resolve(headers[':status'])); stream.on('error', reject); stream.resume(); });
        session.close(); report(status);`);
      expect(value).toBe(200);
    });

    test('resolves names for the guest', async () => {
      const value = await open().evaluate(
        `
      const dns = require('node:dns'); const found = await dns.promises.lookup('plain.test');
      const all = await new Promise((resolve, reject) => dns.lookup('plain.test', { all: true }, (error, list) => (error ? reject(error) : resolve(list))));
      const missing = await dns.promises.lookup('nowhere.test').catch((error) => error.code);
      report([found.address, all.length, missing]);`,
        { tenantId: 'resolver' },
      );
      expect(value).toEqual(['127.0.0.1', 1, 'ENOTFOUND']);
    });

    test('looks up addresses in every way, and says so where another record is asked for', async () => {
      const value = await open().evaluate(
        `
      const dns = require('node:dns'); const { promisify } = require('node:util');
      const mx = await dns.promises.resolveMx('plain.test').catch((error) => error);
      const txt = await promisify(dns.resolve)('plain.test', 'TXT').catch((error) => error.code);
      report([await dns.promises.resolve('plain.test'), await promisify(dns.resolve)('plain.test'), await promisify(dns.resolve4)('plain.test'), mx.code, mx.message, txt]);`,
        { tenantId: 'resolver' },
      );
      expect(value).toEqual([
        ['127.0.0.1'],
        ['127.0.0.1'],
        ['127.0.0.1'],
        'ENOTIMP',
        expect.stringMatching(/resolveMx ENOTIMP plain\.test: .*addresses only/),
        'ENOTIMP',
      ]);
    });

    test('serves libraries that resolve a name themselves and connect to its address', async () => {
      const value = await open().evaluate(
        `
      const net = require('node:net'); const dns = require('node:dns').promises;
      const connect = (host) => new Promise((resolve) => net.connect({ host, port: ${ports.http} }).once('connect', () => resolve('connected')).once('error', (error) => resolve(error.code)));
      const before = await connect('127.0.0.1'); const { address } = await dns.lookup('plain.test');
      report([before, address, await connect(address)]);`,
        { tenantId: 'self-resolving' },
      );
      expect(value).toEqual(['EACCES', '127.0.0.1', 'connected']);
    });

    test('begins TLS on a connection in use', async () => {
      const value = await open().evaluate(
        `
      const net = require('node:net'); const tls = require('node:tls');
      const socket = net.connect(${ports.https}, 'secure.test'); await new Promise((resolve) => socket.once('connect', resolve));
      await new Promise((resolve) => setImmediate(resolve));
      const secure = tls.connect({ socket, servername: 'secure.test' });
      report(await new Promise((resolve, reject) => { secure.once('secureConnect', () => resolve(secure.authorized)); secure.once('error', reject); }));`,
      );
      expect(value).toBe(true);
    });

    test('refuses what is not public, whatever it is called', async () => {
      const targets = [
        '127.0.0.1',
        '127.1',
        '2130706433',
        '0x7f000001',
        'localhost',
        '0.0.0.0',
        '10.0.0.1',
        '172.16.0.1',
        '192.168.1.1',
        '100.64.0.1',
        '169.254.169.254',
        '169.254.0.1',
        '224.0.0.1',
        '255.255.255.255',
        '192.0.2.1',
        '::1',
        '::',
        '::ffff:127.0.0.1',
        '::ffff:7f00:1',
        '64:ff9b::7f00:1',
        '2002:7f00:1::',
        'fd00:ec2::254',
        'fe80::1',
        'ff02::1',
        'fc00::1',
        'rebound.test',
        'half-public.test',
        'metadata.test',
        'allowed-metadata.test',
        'denied.test',
        '93.184.216.34',
        'own.test',
      ];
      const value = await open().evaluate(
        `
      const net = require('node:net'); const outcomes = {};
      for (const host of ${JSON.stringify(targets)}) outcomes[host] = await new Promise((resolve) => net.connect({ host, port: ${ports.http} }).once('connect', () => resolve('connected')).once('error', (error) => resolve(error.code)));
      report(outcomes);`,
        { event: { user: {} } },
      );
      const expected = Object.fromEntries(
        targets.map((host) => [host, host === 'localhost' ? 'ENOTFOUND' : 'EACCES']),
      );
      expect(value).toEqual(expected);
    });

    test('allows an address only to the name that has the rule', async () => {
      const value = await open().evaluate(`
      const net = require('node:net'); const connect = (host) => new Promise((resolve) => net.connect({ host, port: ${ports.http} }).once('connect', () => resolve('connected')).once('error', (error) => resolve(error.code)));
      report([await connect('plain.test'), await connect('127.0.0.1'), await connect('PLAIN.test.')]);`);
      expect(value).toEqual(['connected', 'EACCES', 'connected']);
    });

    test('names host, reason and remedy in a refusal, and records it', async () => {
      const { results } = await open().run([
        action(`await fetch('http://rebound.test:${ports.http}/');`),
      ]);
      const expected = `connect EACCES rebound.test (127.0.0.1): 127.0.0.1 is a loopback address. The operator can allow it with an egress rule for rebound.test.`;
      expect(results).toMatchObject([
        {
          kind: 'failed',
          error: { message: 'fetch failed', stack: expect.stringContaining(expected) },
        },
      ]);
      expect(results[0]?.requests).toMatchObject([
        { method: 'GET', host: 'rebound.test', port: ports.http, error: expected },
      ]);
      expect(results[0]?.requests).toHaveLength(1);
    });

    test('reports unknown hosts, closed ports and silent ones as Node would', async () => {
      const value = await open().evaluate(`
      const net = require('node:net'); const codeOf = (target) => new Promise((resolve) => net.connect(target).once('connect', () => resolve('connected')).once('error', (error) => resolve(error.code)));
      report([await codeOf({ host: 'nowhere.test', port: 80 }), await codeOf({ host: 'plain.test', port: 9 }), await codeOf({ host: 'bad host', port: 80 }), await codeOf({ host: 'plain.test', port: 1 })]);`);
      expect(value).toEqual(['ENOTFOUND', 'ECONNREFUSED', 'ENOTFOUND', 'EACCES']);
    });

    test("brings an action to its tenant's own host, and only its own", async () => {
      const code = action(`console.log((await fetch('http://own.test:443/oauth/token')).status);`);
      const own = await open().run([code], { tenantId: 'owner' });
      const other = await open().run([code], { tenantId: 'stranger' });
      expect(own.results).toMatchObject([{ kind: 'completed', logs: [{ message: '200' }] }]);
      expect(other.results).toMatchObject([{ kind: 'failed' }]);
    });

    test('bounds the connections that are open at once', async () => {
      const value = await open().evaluate(
        `
      const net = require('node:net'); const sockets = [];
      const outcomes = await Promise.all(Array.from({ length: 80 }, () => new Promise((resolve) => { const socket = net.connect(${ports.tcp}, 'plain.test'); sockets.push(socket); socket.once('connect', () => resolve('connected')).once('error', (error) => resolve(error.code)); })));
      for (const socket of sockets) socket.destroy();
      report(['connected', 'EMFILE'].map((outcome) => outcomes.filter((each) => each === outcome).length));`,
        { tenantId: 'many' },
      );
      expect(value).toEqual([64, 16]);
    });

    test('ends streams on both sides when the process is killed', async () => {
      const closed = new Promise<void>((resolve) =>
        tcp.once('connection', (socket) => socket.once('close', () => resolve())),
      );
      const { results } = await open().run(
        [
          action(
            `const socket = require('node:net').connect(${ports.tcp}, 'plain.test'); await new Promise((resolve) => socket.once('connect', resolve)); for (;;);`,
          ),
        ],
        { tenantId: 'cut', timeoutMs: 1_500 },
      );
      expect(results).toMatchObject([
        { limit: 'time', requests: [{ host: 'plain.test', port: ports.tcp }] },
      ]);
      await closed;
    });
  },
);
