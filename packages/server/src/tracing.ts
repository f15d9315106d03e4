import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Logger } from '@tessera/model';
import type { TracingConfig } from './tracing-config.ts';

/** Spans of this process. Nothing is registered globally: several servers in one process do not mix. */
export interface Tracing {
  readonly tracer: Tracer;
  /** The span that new ones belong to; the root where there is none (a job's run). */
  current(): Context;
  /** Does `work` within a span that ends with the response. */
  traceRequest<T>(exchange: TracedExchange, work: () => T): T;
  /** Sends what waits. Bounded; spans that cannot be sent are lost. */
  close(): Promise<void>;
}

/** A request, and what is known of it. */
interface TracedExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly tenantId: string;
  /** It comes from a proxy of ours: its `traceparent` is believed. */
  readonly isTrusted: boolean;
}

/** Spans that wait to be sent; more are dropped. */
const MAX_WAITING_SPANS = 8_192;
const MAX_SPANS_PER_EXPORT = 512;
const EXPORT_TIMEOUT_MS = 5_000;
/** Longest text of an attribute, characters: names of Actions are the author's. */
const MAX_ATTRIBUTE_CHARACTERS = 256;

/**
 * Starts tracing where the configuration says so. The SDK is loaded only then, so a server without it does
 * not even hold its code.
 */
export async function startTracing(
  config: TracingConfig | undefined,
  logger: Logger,
): Promise<Tracing | undefined> {
  if (config === undefined) return undefined;
  const provider = await createProvider(config);
  const contexts = new AsyncLocalStorage<Context>();
  const tracer = provider.getTracer('tessera');
  return {
    tracer,
    current: () => contexts.getStore() ?? ROOT_CONTEXT,
    traceRequest(exchange, work) {
      const span = startRequestSpan(tracer, exchange);
      return contexts.run(trace.setSpan(ROOT_CONTEXT, span), work);
    },
    async close() {
      try {
        await provider.shutdown();
      } catch (error) {
        logger.warn({ err: error }, 'the last spans could not be sent');
      }
    },
  };
}

async function createProvider(config: TracingConfig) {
  const [sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const { kind, ratio, isParentBased } = config.sampler;
  const own =
    kind === 'always_on'
      ? new sdk.AlwaysOnSampler()
      : kind === 'always_off'
        ? new sdk.AlwaysOffSampler()
        : new sdk.TraceIdRatioBasedSampler(ratio);
  const exporter = new OTLPTraceExporter({
    url: config.url,
    headers: config.headers,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  return new sdk.TracerProvider({
    resource: resourceFromAttributes(config.resource),
    sampler: isParentBased ? new sdk.ParentBasedSampler({ root: own }) : own,
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_CHARACTERS },
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: config.delayMs,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        maxQueueSize: MAX_WAITING_SPANS,
        maxExportBatchSize: MAX_SPANS_PER_EXPORT,
      }),
    ],
  });
}

function startRequestSpan(tracer: Tracer, exchange: TracedExchange): Span {
  const { request, response, tenantId, isTrusted } = exchange;
  const method = request.method ?? 'GET';
  const route = nameRoute(request.url ?? '/');
  const span = tracer.startSpan(
    `${method} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'server.address': (request.headers.host ?? '').replace(/:\d+$/, ''),
        'tessera.tenant': tenantId,
      },
    },
    isTrusted ? readParent(request.headers.traceparent) : ROOT_CONTEXT,
  );
  response.once('close', () => {
    const { statusCode } = response;
    span.setAttribute('http.response.status_code', statusCode);
    if (statusCode >= 500) {
      span.setAttribute('error.type', String(statusCode));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  });
  return span;
}

/** Most leading segments of a route's name. */
const MAX_SEGMENTS = 3;
const SEGMENT = /^(?:[a-z][a-z_.-]{0,39}|v\d)$/;

/**
 * The beginning of a path, up to what may be an identifier: paths hold ids of people and codes, and queries
 * hold worse.
 */
function nameRoute(url: string): string {
  const [path = '/'] = url.split(/[?#]/, 1);
  const segments: string[] = [];
  for (const segment of path.split('/').slice(1, MAX_SEGMENTS + 1)) {
    if (!SEGMENT.test(segment)) break;
    segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

/** W3C Trace Context, version 00. What is malformed begins a new trace. */
function readParent(header: string | string[] | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(String(header ?? '')) ?? [];
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isValid(traceId, spanId) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/** All zeros mean: none. */
function isValid(traceId: string, spanId: string): boolean {
  return /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(spanId);
}
