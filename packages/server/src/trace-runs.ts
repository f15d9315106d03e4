import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { type ActionResult, AppError, type OutboundRequest } from '@tessera/model';
import { findNetworkErrorCode } from './network-error-code.ts';
import type { ObservedRun, RunObserver } from './observe-runner.ts';
import type { Tracing } from './tracing.ts';

/** Names of errors that say something and tell nothing: an author's own name may hold anything. */
const ERROR_NAMES: ReadonlySet<string> = new Set([
  'AggregateError',
  'AssertionError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
]);

/**
 * Makes spans of runs: one for the trigger, below it one per Action, below that one per outbound request.
 * Names, ids, times and statuses only: no messages of errors, no arguments, nothing of the event.
 */
export function traceRuns(tracing: Tracing): RunObserver {
  return (run) => {
    const { request, report } = run;
    const span = tracing.tracer.startSpan(
      `tessera.trigger ${request.triggerId}`,
      { startTime: run.startedAtMs, attributes: describeRun(run) },
      tracing.current(),
    );
    const context = trace.setSpan(tracing.current(), span);
    for (const result of report?.results ?? []) traceAction(tracing, run, { result, context });
    const broken = report?.results.find(findErrorType);
    const errorType =
      report === undefined ? describeRefusal(run.refusal) : broken && findErrorType(broken);
    endSpan(span, run.endedAtMs, errorType);
  };
}

function describeRun({ request, report }: ObservedRun): Attributes {
  return {
    'tessera.tenant': request.tenantId,
    'tessera.trigger': request.triggerId,
    ...(request.executionId === undefined ? {} : { 'tessera.execution.id': request.executionId }),
    ...(report === undefined
      ? {}
      : { 'tessera.cold_start': report.bootMs > 0, 'tessera.boot_ms': report.bootMs }),
  };
}

function traceAction(
  { tracer }: Tracing,
  run: ObservedRun,
  { result, context }: { readonly result: ActionResult; readonly context: Context },
): void {
  // Times of an Action have whole milliseconds: they are kept within the run's.
  const startMs = clamp(result.startedAt.getTime(), run.startedAtMs, run.endedAtMs);
  const endMs = clamp(result.endedAt.getTime(), startMs, run.endedAtMs);
  const span = tracer.startSpan(
    `tessera.action ${result.actionName}`,
    {
      startTime: startMs,
      attributes: {
        'tessera.tenant': run.request.tenantId,
        'tessera.trigger': run.request.triggerId,
        'tessera.action.id': result.actionId,
        'tessera.action.name': result.actionName,
        'tessera.action.version': result.versionNumber,
        'tessera.action.outcome': result.kind,
      },
    },
    context,
  );
  const inside = trace.setSpan(context, span);
  for (const request of result.requests) {
    const attributes = describeRequest(request);
    const outbound = tracer.startSpan(
      request.method ?? 'CONNECT',
      { kind: SpanKind.CLIENT, startTime: startMs, attributes },
      inside,
    );
    endSpan(outbound, startMs + request.durationMs, findRequestError(request));
  }
  endSpan(span, endMs, findErrorType(result));
}

function describeRequest(request: OutboundRequest): Attributes {
  return {
    'server.address': request.host,
    'server.port': request.port,
    ...(request.method === undefined ? {} : { 'http.request.method': request.method }),
    ...(request.status === undefined ? {} : { 'http.response.status_code': request.status }),
    'tessera.outbound.bytes_sent': request.bytesSent,
    'tessera.outbound.bytes_received': request.bytesReceived,
    // The record knows how long a request took, not when it began: the span begins with the Action.
    'tessera.outbound.start': 'action',
  };
}

/** The code of a failure of the network, or the status. */
function findRequestError({ error, status }: OutboundRequest): string | undefined {
  if (error !== undefined) return findNetworkErrorCode(error) ?? '_OTHER';
  return status !== undefined && status >= 400 ? String(status) : undefined;
}

function findErrorType(result: ActionResult): string | undefined {
  if (result.kind === 'limit-exceeded') return `${result.limit}_limit_exceeded`;
  if (result.kind !== 'failed') return undefined;
  return ERROR_NAMES.has(result.error.name) ? result.error.name : 'Error';
}

function describeRefusal(refusal: unknown): string {
  return refusal instanceof AppError ? refusal.code : '_OTHER';
}

function endSpan(span: Span, endMs: number, errorType: string | undefined): void {
  if (errorType !== undefined) {
    span.setAttribute('error.type', errorType);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end(endMs);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
