import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { Certificate } from './certificate.ts';
import { closeServer, listen } from './listen.ts';

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** Name that the client asked for in TLS. */
  readonly servername: string | undefined;
}

/** What to answer; `undefined` leaves the request unanswered for ever; `reset` breaks its connection. */
export type Answer = (arrived: Arrived) => AnswerParts | 'reset' | undefined;

export interface AnswerParts {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface RecordingServer extends AsyncDisposable {
  readonly port: number;
  readonly arrived: Arrived[];
  /** Connections since the start. */
  readonly connections: number;
}

/** An HTTP server that keeps what it was sent; with a certificate it speaks TLS, HTTP/2 and HTTP/1.1. */
export async function startRecordingServer(
  answer: Answer,
  certificate?: Certificate,
): Promise<RecordingServer> {
  const arrived: Arrived[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const entry = describeArrival(request, Buffer.concat(chunks));
    arrived.push(entry);
    const parts = answer(entry);
    if (parts === 'reset') findRaw(sockets, request)?.resetAndDestroy();
    if (parts === undefined || parts === 'reset') return;
    const { status = 200, headers = {}, body = {} } = parts;
    const isText = typeof body === 'string' || body instanceof Uint8Array;
    response.writeHead(status, {
      ...(isText ? {} : { 'content-type': 'application/json' }),
      ...headers,
    });
    response.end(isText ? body : JSON.stringify(body));
  };
  const onRequest = (request: unknown, response: unknown) => {
    // A client that leaves in the middle of its body is none of the test's concern.
    handle(request as IncomingMessage, response as ServerResponse).catch(() => undefined);
  };
  const server: Server =
    certificate === undefined
      ? createHttpServer(onRequest)
      : createSecureServer({ ...certificate, allowHTTP1: true }, onRequest);
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  const port = await listen(server);
  return {
    port,
    arrived,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: () => closeServer(server, sockets),
  };
}

/** Under TLS there is no resetting; the connection below can be. */
function findRaw(sockets: ReadonlySet<Socket>, { socket }: IncomingMessage): Socket | undefined {
  return [...sockets].find((raw) => raw.remotePort === socket.remotePort);
}

function describeArrival(request: IncomingMessage, body: Buffer): Arrived {
  const { method = '', url = '', headers, httpVersion, socket } = request;
  const { servername } = socket as Socket & { readonly servername?: string | false };
  return {
    method,
    path: url,
    httpVersion,
    headers,
    host: String(headers[':authority'] ?? headers.host),
    body: body.toString('utf8'),
    servername: typeof servername === 'string' ? servername : undefined,
  };
}
