import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestServer, type TestServer } from '@tessera/testkit';
import parsePrometheus from 'parse-prometheus-text-format';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const AUDIENCE = 'https://reports.example.com/';
const SECRET = 'PLANTED-91bb3e';
const TRIGGER = { id: 'credentials-exchange', version: 'v2' };
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A span of an OTLP export in JSON. */
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status: { readonly code?: number };
}

const spans: OtlpSpan[] = [];
const services = new Set<unknown>();
let exported = '';
let received: string[] = [];

/** Takes exports, and requests of Actions. */
const receiver = createServer(async (request, response) => {
  const text = await readBody(request);
  if (request.url === '/v1/traces') {
    exported += text;
    for (const resource of JSON.parse(text).resourceSpans) {
      services.add(attributesOf(resource.resource)['service.name']);
      for (const scope of resource.scopeSpans) spans.push(...scope.spans);
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    return;
  }
  received.push(String(request.url));
  response.writeHead(request.url?.startsWith('/missing') ? 404 : 200).end('answer');
});

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function attributesOf(span: Pick<OtlpSpan, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(
    span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  );
}

let server: TestServer;
let client: { client_id: string; client_secret: string };

beforeAll(async () => {
  const listening = Promise.withResolvers<void>();
  receiver.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const { port } = receiver.address() as AddressInfo;
  server = await startTestServer({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_SERVICE_NAME: 'tessera-tested',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      TESSERA_TRUST_PROXY: '127.0.0.1,::1',
      TESSERA_EGRESS_ALLOW: `127.0.0.1:${port}`,
    },
  });
  await server.management.ok('POST', 'resource-servers', {
    identifier: AUDIENCE,
    name: 'Reports',
    scopes: [{ value: 'read:reports' }],
  });
  const { client_id, client_secret } = await server.management.ok('POST', 'clients', {
    name: 'machine',
    app_type: 'non_interactive',
  });
  client = { client_id, client_secret };
  await server.management.ok('POST', 'client-grants', {
    client_id: client.client_id,
    audience: AUDIENCE,
    scope: ['read:reports'],
  });
  await server.management.deployAction({
    name: 'asks',
    trigger: TRIGGER,
    secrets: { KEY: SECRET },
    code: `exports.onExecuteCredentialsExchange = async (event) => {
      if (event.client.name !== 'machine') return;
      await (await fetch('http://127.0.0.1:${port}/asked?key=' + event.secrets.KEY)).text();
      await (await fetch('http://127.0.0.1:${port}/missing')).text();
      await fetch('http://127.0.0.1:2/refused').catch(() => {});
    };`,
  });
  await server.management.deployAction({
    name: 'throws',
    trigger: TRIGGER,
    secrets: { KEY: SECRET },
    code: `exports.onExecuteCredentialsExchange = async (event) => {
      if (event.client.name === 'machine') throw new TypeError('told ' + event.secrets.KEY);
    };`,
  });
  spans.length = 0;
  received = [];
  const answer = await server.fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: TRACEPARENT },
    body: JSON.stringify({ grant_type: 'client_credentials', audience: AUDIENCE, ...client }),
  });
  expect(answer.ok).toBe(false);
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  receiver.close();
});

describe('tracing', () => {
  test('exports the request, the trigger, its Actions and their requests, one below the other', async () => {
    const find = (name: string) => spans.find((span) => span.name === name);
    await expect.poll(() => find('POST /oauth/token'), { timeout: 20_000 }).toBeDefined();
    expect(received).toHaveLength(2);
    const request = find('POST /oauth/token') as OtlpSpan;
    const own = spans.filter((span) => span.traceId === request.traceId);
    const trigger = own.find((span) => span.name === 'tessera.trigger credentials-exchange');
    const asks = own.find((span) => span.name === 'tessera.action asks');
    const throws = own.find((span) => span.name === 'tessera.action throws');
    const outbound = own.filter((span) => span.kind === 3);
    // The caller is a trusted proxy: its trace goes on.
    expect([request.traceId, request.parentSpanId, request.kind]).toEqual([
      TRACEPARENT.split('-')[1],
      TRACEPARENT.split('-')[2],
      2,
    ]);
    expect(trigger?.parentSpanId).toBe(request.spanId);
    expect(asks?.parentSpanId).toBe(trigger?.spanId);
    expect(throws?.parentSpanId).toBe(trigger?.spanId);
    expect(outbound.map((span) => span.parentSpanId)).toEqual(outbound.map(() => asks?.spanId));
    expect(services).toEqual(new Set(['tessera-tested']));

    expect(attributesOf(request)).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/oauth/token',
      'server.address': 'localhost',
    });
    expect(attributesOf(trigger as OtlpSpan)).toMatchObject({
      'tessera.trigger': 'credentials-exchange',
      'tessera.tenant': expect.any(String),
      'tessera.execution.id': expect.any(String),
      'tessera.cold_start': true,
      'error.type': 'TypeError',
    });
    expect(attributesOf(throws as OtlpSpan)).toMatchObject({
      'tessera.action.id': expect.any(String),
      'tessera.action.name': 'throws',
      'tessera.action.outcome': 'failed',
      'error.type': 'TypeError',
    });
    expect([trigger, asks, throws].map((span) => span?.status.code ?? 0)).toEqual([2, 0, 2]);
    expect(outbound.map((span) => [span.name, span.status.code ?? 0, attributesOf(span)])).toEqual([
      ['GET', 0, expect.objectContaining({ 'http.response.status_code': 200 })],
      [
        'GET',
        2,
        expect.objectContaining({ 'http.response.status_code': 404, 'error.type': '404' }),
      ],
      [
        'GET',
        2,
        expect.objectContaining({
          'server.port': 2,
          'error.type': 'EACCES',
          'server.address': '127.0.0.1',
        }),
      ],
    ]);
    for (const span of own) {
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
    }
  });

  test('exports neither secrets, messages, queries, nor what the event says', () => {
    expect(exported).not.toContain(SECRET);
    expect(exported).not.toContain('told');
    expect(exported).not.toContain('asked');
    expect(exported).not.toContain(client.client_id);
  });
});

describe('/metrics', () => {
  /** Value of one sample; undefined when there is none. */
  async function scrape() {
    const answer = await server.fetch(`${server.url}/metrics`);
    expect(answer.headers.get('content-type')).toContain('version=0.0.4');
    const families = parsePrometheus(await answer.text());
    return {
      families,
      value(name: string, labels: Record<string, string> = {}): string | undefined {
        const family = families.find((candidate) => candidate.name === name);
        return family?.metrics.find((sample) =>
          Object.entries(labels).every(([label, value]) => sample.labels?.[label] === value),
        )?.value;
      },
      count: (name: string) =>
        families.find((candidate) => candidate.name === name)?.metrics[0]?.buckets?.['+Inf'],
    };
  }

  test('counts runs, failures, outbound requests, builds, processes and jobs', async () => {
    const { value, count } = await scrape();
    const trigger = 'credentials-exchange';
    expect(value('tessera_trigger_runs_total', { trigger, outcome: 'failed' })).toBe('1');
    expect(value('tessera_action_failures_total', { trigger, kind: 'error' })).toBe('1');
    expect(Number(count('tessera_trigger_run_duration_seconds'))).toBeGreaterThanOrEqual(1);
    expect(Number(count('tessera_action_duration_seconds'))).toBeGreaterThanOrEqual(2);
    expect(value('tessera_outbound_requests_total', { result: '2xx' })).toBe('1');
    expect(value('tessera_outbound_requests_total', { result: '4xx' })).toBe('1');
    expect(value('tessera_outbound_requests_total', { result: 'refused' })).toBe('1');
    expect(
      Number(value('tessera_outbound_bytes_total', { direction: 'received' })),
    ).toBeGreaterThan(0);
    expect(Number(value('tessera_builds_total', { result: 'built' }))).toBeGreaterThanOrEqual(2);
    expect(Number(value('tessera_sandbox_cold_starts_total'))).toBeGreaterThanOrEqual(1);
    expect(Number(value('tessera_sandbox_runs_total', { start: 'cold' }))).toBeGreaterThanOrEqual(
      1,
    );
    expect(value('tessera_sandbox_kills_total', { reason: 'time' })).toBe('0');
    expect(value('tessera_sandbox_queued_runs')).toBe('0');
    expect(value('tessera_jobs', { queue: 'run-trigger', state: 'waiting' })).toBe('0');
    expect(value('tessera_live_log_streams')).toBe('0');
  });

  test('explains each metric and has no label with values without bound', async () => {
    const { families } = await scrape();
    const own = families.filter((family) => family.name.startsWith('tessera_'));
    expect(own.filter((family) => family.help.length < 10)).toEqual([]);
    const labels = new Set(
      own.flatMap((family) => family.metrics.flatMap((sample) => Object.keys(sample.labels ?? {}))),
    );
    expect([...labels].toSorted()).toEqual([
      'direction',
      'kind',
      'level',
      'method',
      'outcome',
      'queue',
      'reason',
      'result',
      'start',
      'state',
      'status',
      'trigger',
    ]);
  });

  test('counters do not fall from one scrape to the next', async () => {
    const first = await scrape();
    const second = await scrape();
    const name = 'tessera_sandbox_cold_starts_total';
    expect(Number(second.value(name))).toBeGreaterThanOrEqual(Number(first.value(name)));
  });
});
