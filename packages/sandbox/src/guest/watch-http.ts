import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { WireOutboundRequest } from '../protocol.ts';
import { type ActionScope, findOpenScope } from './action-scope.ts';
import { findStreamOf } from './egress-socket.ts';
import { noteUse } from './stream-users.ts';

type Draft = { -readonly [Key in keyof WireOutboundRequest]: WireOutboundRequest[Key] };

const MAX_REQUESTS_PER_ACTION = 200;
const now = performance.now.bind(performance);

/**
 * Notes method, host and status of every HTTP request of an action, whatever library makes it: Node's
 * `http` and undici (also behind `fetch`) both announce their requests. The broker adds what it saw.
 */
export function watchHttp(): void {
  watchNodeHttp();
  watchUndici();
}

interface Open {
  readonly scope: ActionScope;
  readonly draft: Draft;
  readonly startedAt: number;
  /** Some libraries tell of an error after the end. */
  isOpen: boolean;
}

function startDraft(method: string, host: string, port: number): Open | undefined {
  const scope = findOpenScope();
  if (scope === undefined || scope.requests.length >= MAX_REQUESTS_PER_ACTION) return undefined;
  const draft: Draft = { method, host, port, durationMs: 0, bytesSent: 0, bytesReceived: 0 };
  scope.requests.push(draft);
  scope.openRequests += 1;
  return { scope, draft, startedAt: now(), isOpen: true };
}

function settleDraft(
  open: Open | undefined,
  socket: unknown,
  end: { status?: number; error?: unknown },
) {
  if (open === undefined) return;
  const { draft } = open;
  draft.durationMs = Math.max(0, now() - open.startedAt);
  const stream = findStreamOf(socket);
  if (stream !== undefined) draft.stream = stream;
  if (end.status !== undefined) draft.status = end.status;
  if (end.error !== undefined)
    draft.error = String((end.error as Error)?.message ?? end.error).slice(0, 1_000);
  if (!open.isOpen) return;
  open.isOpen = false;
  open.scope.openRequests -= 1;
  if (open.scope.openRequests === 0) open.scope.onIdle?.();
}

function watchNodeHttp(): void {
  const open = new WeakMap<object, Open>();
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    const defaultPort = request.protocol === 'https:' ? 443 : 80;
    const port = Number(
      (request as unknown as { _port?: unknown })._port ?? readPort(request, defaultPort),
    );
    const draft = startDraft(request.method, request.host, port);
    if (draft !== undefined) open.set(request, draft);
  });
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    settleDraft(open.get(request), request.socket, { status: response.statusCode ?? 0 });
  });
  subscribe('http.client.request.error', (message) => {
    const { request, error } = message as { request: ClientRequest; error: unknown };
    settleDraft(open.get(request), request.socket, { error });
  });
}

function readPort(request: ClientRequest, defaultPort: number): number {
  const header = request.getHeader('host');
  const match = typeof header === 'string' ? /:(\d+)$/.exec(header) : null;
  return match === null ? defaultPort : Number(match[1]);
}

interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL;
}

function watchUndici(): void {
  const open = new WeakMap<object, Open>();
  const sockets = new WeakMap<object, unknown>();
  subscribe('undici:request:create', (message) => {
    const { request } = message as { request: UndiciRequest };
    const origin = URL.parse(String(request.origin));
    if (origin === null) return;
    const port = Number(origin.port) || (origin.protocol === 'https:' ? 443 : 80);
    const draft = startDraft(request.method, origin.hostname, port);
    if (draft !== undefined) open.set(request, draft);
  });
  subscribe('undici:client:sendHeaders', (message) => {
    const { request, socket } = message as { request: object; socket: unknown };
    sockets.set(request, socket);
    // A queued request is written when another one ends, in that one's context.
    const scope = open.get(request)?.scope;
    if (scope !== undefined && typeof socket === 'object' && socket !== null)
      noteUse(socket, scope);
  });
  subscribe('undici:request:headers', (message) => {
    const { request, response } = message as { request: object; response: { statusCode: number } };
    settleDraft(open.get(request), sockets.get(request), { status: response.statusCode });
  });
  subscribe('undici:request:error', (message) => {
    const { request, error } = message as { request: object; error: unknown };
    settleDraft(open.get(request), sockets.get(request), { error });
  });
}
