import { afterAll, describe, expect, test } from 'vitest';
import { createCertificate } from './support/certificate.ts';
import { describePackages, type PackageGroup, readValue } from './support/package-probes.ts';
import { type Answer, startRecordingServer } from './support/recording-server.ts';

/** Large enough to fill every window and buffer on the way several times. */
const LARGE_BYTES = 6 * 1024 * 1024;
const LARGE = Buffer.alloc(LARGE_BYTES, 'tessera.');

const answer: Answer = ({ method, path, body, httpVersion }) => {
  if (path === '/never') return undefined;
  if (path === '/large') return { body: LARGE, headers: { 'content-type': 'text/plain' } };
  if (path === '/moved') return { status: 302, headers: { location: '/after' }, body: '' };
  if (path === '/teapot') return { status: 418, body: { error: 'teapot' } };
  if (path === '/reset') return 'reset';
  return { body: { method, path, bytes: body.length, text: body.slice(0, 200), httpVersion } };
};
const certificate = createCertificate(['secure.test']);
const plain = await startRecordingServer(answer);
const secure = await startRecordingServer(answer, certificate);
afterAll(async () => {
  await plain[Symbol.asyncDispose]();
  await secure[Symbol.asyncDispose]();
});
const HTTP = `http://plain.test:${plain.port}`;
const HTTPS = `https://secure.test:${secure.port}`;

/**
 * Each probe takes `{ base, path, body?, timeoutMs? }`, sends a GET, or a POST with the body, and returns
 * `{ status, data }`; `data` is the parsed answer, or the length of a large one.
 */
const CLASSIC: PackageGroup = {
  dependencies: {
    axios: '1.21.1',
    'node-fetch': '2.7.0',
    got: '11.8.6',
    undici: '8.12.4',
    'form-data': '4.0.6',
  },
  head: `const http = require('node:http'); const https = require('node:https');
    const axios = require('axios'); const nodeFetch = require('node-fetch'); const got = require('got'); const undici = require('undici'); const FormData = require('form-data');
    const agents = { httpAgent: new http.Agent({ keepAlive: true }), httpsAgent: new https.Agent({ keepAlive: true }) };
    const axiosClient = axios.create({ ...agents, validateStatus: () => true, maxRedirects: 5 });
    const gotClient = got.extend({ agent: { http: agents.httpAgent, https: agents.httpsAgent }, retry: 0, throwHttpErrors: false });
    const undiciAgent = new undici.Agent({ connections: 1 });
    const lower = (base) => base.startsWith('https') ? https : http;
    const parse = (text) => { try { return JSON.parse(text); } catch { return text.length; } };`,
  probes: {
    axios: `const response = await axiosClient.request({ url: input.base + input.path, method: input.body ? 'POST' : 'GET', data: input.body, timeout: input.timeoutMs, transformResponse: [parse] });
      return { status: response.status, data: response.data };`,
    'axios, its fetch adapter': `const response = await axiosClient.request({ adapter: 'fetch', url: input.base + input.path, method: input.body ? 'POST' : 'GET', data: input.body, timeout: input.timeoutMs, transformResponse: [parse] });
      return { status: response.status, data: response.data };`,
    'node-fetch 2': `const response = await nodeFetch(input.base + input.path, { method: input.body ? 'POST' : 'GET', body: input.body, timeout: input.timeoutMs, agent: (url) => url.protocol === 'https:' ? agents.httpsAgent : agents.httpAgent });
      return { status: response.status, data: parse(await response.text()) };`,
    'got 11': `const response = await gotClient(input.base + input.path, { method: input.body ? 'POST' : 'GET', ...(input.body ? { body: input.body } : {}), ...(input.timeoutMs ? { timeout: input.timeoutMs } : {}) });
      return { status: response.statusCode, data: parse(response.body) };`,
    'undici, an Agent': `const response = await undici.request(input.base + input.path, { dispatcher: undiciAgent, method: input.body ? 'POST' : 'GET', body: input.body, headersTimeout: input.timeoutMs, maxRedirections: undefined });
      return { status: response.statusCode, data: parse(await response.body.text()) };`,
    'global fetch': `const response = await fetch(input.base + input.path, { method: input.body ? 'POST' : 'GET', body: input.body, ...(input.timeoutMs ? { signal: AbortSignal.timeout(input.timeoutMs) } : {}) });
      return { status: response.status, data: parse(await response.text()) };`,
    'node:http and node:https': `return await new Promise((resolve, reject) => {
        const request = lower(input.base).request(input.base + input.path, { method: input.body ? 'POST' : 'GET', agent: input.base.startsWith('https') ? agents.httpsAgent : agents.httpAgent, timeout: input.timeoutMs }, (response) => {
          let text = ''; response.on('data', (chunk) => { text += chunk; }); response.on('end', () => resolve({ status: response.statusCode, data: parse(text) })); response.on('error', reject);
        });
        request.on('timeout', () => request.destroy(new Error('timed out'))); request.on('error', reject); request.end(input.body);
      });`,
    'form-data': `const form = new FormData(); form.append('name', 'Ada'); form.append('file', Buffer.from('hello'), 'a.txt');
      const response = await axiosClient.post(input.base + '/form', form, { headers: form.getHeaders() });
      return { status: response.status, data: response.data };`,
    'axios aborts': `const controller = new AbortController(); const pending = axiosClient.get(input.base + '/never', { signal: controller.signal }).catch((error) => error.code); setTimeout(() => controller.abort(), 20); return await pending;`,
    'fetch aborts': `const controller = new AbortController(); const pending = fetch(input.base + '/never', { signal: controller.signal }).catch((error) => error.name); setTimeout(() => controller.abort(), 20); return await pending;`,
    'fetch reads slowly': `const response = await fetch(input.base + '/large'); let bytes = 0; for await (const chunk of response.body) { bytes += chunk.length; await new Promise((resolve) => setImmediate(resolve)); } return bytes;`,
    'fetch streams a body': `const body = new ReadableStream({ pull(controller) { this.left ??= 64; if (this.left-- > 0) controller.enqueue(new Uint8Array(65536).fill(97)); else controller.close(); } });
      const response = await fetch(input.base + '/stream', { method: 'POST', body, duplex: 'half' }); return (await response.json()).bytes;`,
  },
};

const MODERN: PackageGroup = {
  dependencies: { got: '16.1.0', 'node-fetch': '3.3.2', undici: '7.16.0' },
  head: `const { default: got } = require('got'); const { default: nodeFetch, AbortError } = require('node-fetch'); const { Pool, request } = require('undici');
    const { Agent } = require('node:http'); const { Agent: SecureAgent } = require('node:https');
    const agent = { http: new Agent({ keepAlive: true }), https: new SecureAgent({ keepAlive: true }) };
    const pools = {}; const parse = (text) => { try { return JSON.parse(text); } catch { return text.length; } };`,
  probes: {
    'got 16': `const response = await got(input.base + input.path, { agent, method: input.body ? 'POST' : 'GET', ...(input.body ? { body: input.body } : {}), retry: { limit: 0 }, throwHttpErrors: false, ...(input.timeoutMs ? { timeout: { request: input.timeoutMs } } : {}) });
      return { status: response.statusCode, data: parse(response.body) };`,
    'got 16, http2': `const response = await got(input.base + '/h2', { http2: true, retry: { limit: 0 } });
      return { status: response.statusCode, data: parse(response.body) };`,
    'node-fetch 3': `const response = await nodeFetch(input.base + input.path, { agent: input.base.startsWith('https') ? agent.https : agent.http, method: input.body ? 'POST' : 'GET', body: input.body, ...(input.timeoutMs ? { signal: AbortSignal.timeout(input.timeoutMs) } : {}) });
      return { status: response.status, data: parse(await response.text()) };`,
    'undici 7, a Pool': `pools[input.base] ??= new Pool(input.base, { connections: 1 });
      const { statusCode, body } = await pools[input.base].request({ path: input.path, method: input.body ? 'POST' : 'GET', body: input.body, headersTimeout: input.timeoutMs });
      return { status: statusCode, data: parse(await body.text()) };`,
  },
};

const CLIENTS = [
  'axios',
  'axios, its fetch adapter',
  'node-fetch 2',
  'got 11',
  'undici, an Agent',
  'global fetch',
  'node:http and node:https',
  'got 16',
  'node-fetch 3',
  'undici 7, a Pool',
] as const;

await describePackages(
  'HTTP clients',
  {
    groups: [CLASSIC, MODERN],
    options: {
      egress: {
        allow: ['plain.test', 'secure.test'],
        deny: [],
        resolve: async () => ['127.0.0.1'],
      },
      extraCaCertificates: [certificate.ca],
    },
  },
  (probes) => {
    describe.for(CLIENTS)('%s', (client) => {
      test('sends and receives, with and without TLS', async () => {
        for (const base of [HTTP, HTTPS]) {
          const got = await probes.call(client, { base, path: '/a?b=1' });
          expect(got).toMatchObject({ status: 200, data: { method: 'GET', path: '/a?b=1' } });
          const posted = await probes.call(client, { base, path: '/p', body: 'hellö' });
          expect(posted).toMatchObject({ status: 200, data: { method: 'POST', text: 'hellö' } });
        }
        expect(secure.arrived.at(-1)).toMatchObject({ servername: 'secure.test', body: 'hellö' });
      });

      test('serves later runs from the connections of earlier ones, and records each request', async () => {
        const tenantId = `reuse ${client}`;
        for (const [base, server] of [[HTTP, plain] as const, [HTTPS, secure] as const]) {
          const before = server.connections;
          for (const run of [1, 2, 3]) {
            const report = await probes.run(client, { base, path: `/run/${run}` }, { tenantId });
            expect(readValue(report)).toMatchObject({ status: 200 });
            const [request, ...others] = report.results[0]?.requests ?? [];
            expect(others).toEqual([]);
            expect(request).toMatchObject({ method: 'GET', port: server.port, status: 200 });
            expect(request?.host).toBe(new URL(base).hostname);
            expect(request?.bytesSent).toBeGreaterThan(20);
            expect(request?.bytesReceived).toBeGreaterThan(50);
            expect(request?.durationMs).toBeGreaterThan(0);
          }
          expect(server.connections - before).toBe(1);
        }
      });

      test('carries large bodies both ways', async () => {
        for (const base of [HTTP, HTTPS]) {
          const down = await probes.call(client, { base, path: '/large' });
          expect(down).toEqual({ status: 200, data: LARGE_BYTES });
          const up = await probes.call(client, { base, path: '/up', body: 'x'.repeat(500_000) });
          expect(up).toMatchObject({ data: { bytes: 500_000 } });
        }
      });

      test('tells an error status, a reset, and a timeout as such', async () => {
        const teapot = await probes.call(client, { base: HTTPS, path: '/teapot' });
        expect(teapot).toEqual({ status: 418, data: { error: 'teapot' } });
        for (const base of [HTTP, HTTPS]) {
          const reset = await probes.run(client, { base, path: '/reset' }, { timeoutMs: 5_000 });
          expect(reset.results).toMatchObject([{ kind: 'failed' }]);
          expect(JSON.stringify(reset.results)).toMatch(
            /ECONNRESET|other side closed|socket hang up/i,
          );
        }
        const late = await probes.run(client, { base: HTTP, path: '/never', timeoutMs: 200 });
        expect(late.results).toMatchObject([{ kind: 'failed' }]);
        expect(JSON.stringify(late.results)).toMatch(/time(d )?-?out|aborted/i);
      });
    });

    test('got 16 speaks HTTP/2 where the server does', async () => {
      const value = await probes.call('got 16, http2', { base: HTTPS });
      expect(value).toMatchObject({ status: 200, data: { httpVersion: '2.0' } });
    });

    test('form-data and axios upload a file', async () => {
      const value = await probes.call('form-data', { base: HTTPS });
      expect(value).toMatchObject({ status: 200, data: { method: 'POST' } });
      expect(secure.arrived.at(-1)?.body).toMatch(/filename="a\.txt"[\s\S]*hello/);
    });

    test('requests can be aborted', async () => {
      expect(await probes.call('axios aborts', { base: HTTP })).toBe('ERR_CANCELED');
      expect(await probes.call('fetch aborts', { base: HTTPS })).toBe('AbortError');
    });

    test('a slow reader and a streamed body lose nothing', async () => {
      for (const base of [HTTP, HTTPS]) {
        expect(await probes.call('fetch reads slowly', { base })).toBe(LARGE_BYTES);
        expect(await probes.call('fetch streams a body', { base })).toBe(64 * 65_536);
      }
    });
  },
);
