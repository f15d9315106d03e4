import { AsyncResource } from 'node:async_hooks';
import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { findScope } from './action-scope.ts';
import { createEgressError, type EgressChannel, type EgressStream } from './egress-channel.ts';
import { findNameOf } from './egress-dns.ts';
import { carryStream, describeUser, holdStream, noteUse } from './stream-users.ts';

/**
 * Stands between Node's own network code and the broker: every `net.Socket` that connects becomes a
 * stream of the egress channel, and everything above (tls, http, http2, undici, drivers of databases)
 * works unmodified. It is convenience, not the wall: without it there is no network at all.
 *
 * It relies on members of `net.Socket` that Node does not document (`_writeGeneric`, `_unrefTimer`,
 * `_final`, `_destroy`, `net._normalizeArgs`); the client libraries in the tests watch over them.
 */
type Callback = (error?: Error | null) => void;
type WrittenChunk = { readonly chunk: Buffer | string; readonly encoding: BufferEncoding };

interface SocketInternals {
  connecting: boolean;
  _peername?: { address: string; port: number; family: string };
  _sockname?: { address: string; port: number; family: string };
  _unrefTimer(): void;
  _undestroy(): void;
  _read(size: number): void;
  _writeGeneric(isBatch: boolean, data: unknown, encoding: BufferEncoding, done: Callback): void;
  _final(done: Callback): void;
  _destroy(error: Error | null, done: Callback): void;
}

type InternalSocket = Socket & SocketInternals;

interface ConnectTarget {
  readonly host?: string;
  readonly port?: number | string;
  readonly path?: string;
}

const streamsOfSockets = new WeakMap<object, number>();

/** The broker's stream under a socket, also through TLS. */
export function findStreamOf(socket: unknown): number | undefined {
  let current: unknown = socket;
  for (let depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth += 1) {
    const stream = streamsOfSockets.get(current);
    if (stream !== undefined) return stream;
    current = parentOfTls.get(current) ?? (current as { _parent?: unknown })._parent;
  }
  return undefined;
}

const parentOfTls = new WeakMap<object, Socket>();

/** Routes `net` and `tls` through the broker. */
export function patchSockets(channel: EgressChannel): void {
  const prototype = net.Socket.prototype as unknown as { connect: unknown };
  prototype.connect = function connect(this: InternalSocket, ...args: unknown[]) {
    const [target, callback] = normalizeArgs(args);
    return connectThroughBroker(this, { target, callback, channel });
  };
  patchTls();
}

function normalizeArgs(args: unknown[]): [ConnectTarget, Callback | null] {
  // `net.connect` hands over what it has normalized already.
  if (Array.isArray(args[0])) return args[0] as [ConnectTarget, Callback | null];
  const { _normalizeArgs } = net as unknown as {
    _normalizeArgs(args: unknown[]): [ConnectTarget, Callback | null];
  };
  return _normalizeArgs(args);
}

/** `tls.connect` would open a native handle of its own; given a socket it runs TLS on top of that. */
function patchTls(): void {
  const originalConnect = tls.connect as (...args: unknown[]) => tls.TLSSocket;
  const connect = (...args: unknown[]) => {
    const [normalized, callback] = normalizeArgs(args);
    // `tls.connect(port, host, options)`: the options come after what `net` understands.
    const extra = args.find((arg, index) => index > 0 && typeof arg === 'object' && arg !== null);
    const options = { ...normalized, ...(extra as object | undefined) } as tls.ConnectionOptions;
    if (options.socket !== undefined) {
      const secure = originalConnect(options, ...(callback ? [callback] : []));
      noteWrites(secure, options.socket);
      startOverConnected(secure, options.socket);
      return secure;
    }
    const socket = net.connect({
      host: options.host ?? 'localhost',
      port: Number(options.port),
      ...(options.path === undefined ? {} : { path: options.path }),
    } as net.NetConnectOpts);
    const servername =
      options.servername ?? (net.isIP(options.host ?? '') ? '' : (options.host ?? 'localhost'));
    const secure = originalConnect(
      { ...options, socket, servername },
      ...(callback ? [callback] : []),
    );
    parentOfTls.set(secure, socket);
    noteWrites(secure, socket);
    if (typeof options.timeout === 'number') secure.setTimeout(options.timeout);
    return secure;
  };
  Object.defineProperty(tls, 'connect', {
    value: connect,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}

/**
 * TLS that begins on a connection in use (STARTTLS, databases, proxies): Node takes a socket without a
 * native handle for one that is connecting still, and would wait for an event that was long ago.
 */
function startOverConnected(secure: tls.TLSSocket, socket: object): void {
  if (!streamsOfSockets.has(socket) || (socket as InternalSocket).connecting) return;
  (secure as unknown as SocketInternals).connecting = false;
  secure.emit('connect');
}

/** Below TLS nobody knows any more who writes. */
function noteWrites(secure: tls.TLSSocket, socket: object): void {
  carryStream(secure, socket);
  const internals = secure as unknown as SocketInternals;
  const original = internals._writeGeneric;
  internals._writeGeneric = function writeGeneric(isBatch, data, encoding, done) {
    noteUse(secure);
    original.call(this, isBatch, data, encoding, done);
  };
}

function connectThroughBroker(
  socket: InternalSocket,
  options: {
    readonly target: ConnectTarget;
    readonly callback: Callback | null;
    readonly channel: EgressChannel;
  },
): Socket {
  const { target, callback, channel } = options;
  if (socket.destroyed) {
    delete socket._peername;
    socket._undestroy();
  }
  socket.connecting = true;
  if (callback !== null) socket.once('connect', callback as () => void);
  socket._unrefTimer();
  if (target.path !== undefined && target.path !== null) {
    const error = createEgressError({
      code: 'EACCES',
      message: `connect EACCES ${target.path}: Actions cannot reach local sockets`,
    });
    process.nextTick(() => socket.destroy(error));
    return socket;
  }
  const given = target.host || 'localhost';
  const host = findNameOf(given) ?? given;
  const port = Number(target.port);
  const listener = createListener(socket, { host, port });
  const stream = channel.open({ host, port, ...describeUser(findScope()) }, listener);
  streamsOfSockets.set(socket, stream.id);
  holdStream(socket, stream);
  attach(socket, stream);
  return socket;
}

/** Gives this one socket the stream instead of a native handle. */
function attach(socket: InternalSocket, stream: EgressStream): void {
  const original = {
    read: net.Socket.prototype._read,
    final: net.Socket.prototype._final,
    destroy: net.Socket.prototype._destroy,
    writeGeneric: (net.Socket.prototype as unknown as SocketInternals)._writeGeneric,
  };
  let written = 0;
  // Node asks the native handle for these.
  Object.defineProperties(socket, {
    bytesWritten: { get: () => written, configurable: true },
    bytesRead: { get: () => received.get(socket) ?? 0, configurable: true },
  });
  // A reader that fell behind gets its window back when it asks for more.
  socket._read = function read(size) {
    if (this.connecting) original.read.call(this, size);
    else stream.consume(takeUnread(this));
  };
  socket._writeGeneric = function writeGeneric(isBatch, data, encoding, done) {
    if (this.connecting) {
      original.writeGeneric.call(this, isBatch, data, encoding, done);
      return;
    }
    this._unrefTimer();
    noteUse(this);
    const bytes = toBytes(isBatch, data, encoding);
    written += bytes.length;
    stream.write(bytes, () => done());
  };
  socket._final = function final(done) {
    if (this.connecting) {
      original.final.call(this, done);
      return;
    }
    stream.end();
    done();
  };
  socket._destroy = function destroy(error, done) {
    stream.close();
    original.destroy.call(this, error, done as (error?: Error | null) => void);
  };
}

/** Bytes that the reader has not asked for yet, and all bytes so far. */
const unread = new WeakMap<object, number>();
const received = new WeakMap<object, number>();

function takeUnread(socket: object): number {
  const bytes = unread.get(socket) ?? 0;
  unread.delete(socket);
  return bytes;
}

function toBytes(isBatch: boolean, data: unknown, encoding: BufferEncoding): Buffer {
  const toBuffer = (chunk: Buffer | string, of: BufferEncoding) =>
    typeof chunk === 'string' ? Buffer.from(chunk, of) : chunk;
  if (!isBatch) return toBuffer(data as Buffer | string, encoding);
  const chunks = data as readonly WrittenChunk[];
  return Buffer.concat(chunks.map((entry) => toBuffer(entry.chunk, entry.encoding)));
}

/** Turns the stream's events into those of a socket, in the context of the code that connected. */
function createListener(
  socket: InternalSocket,
  target: { readonly host: string; readonly port: number },
) {
  const context = new AsyncResource('EGRESSSOCKET');
  const within = (body: () => void) => context.runInAsyncScope(body);
  return {
    onOpened(opened: { readonly address: string; readonly family: 4 | 6 }) {
      if (socket.destroyed) return;
      within(() => {
        socket.connecting = false;
        socket._peername = {
          address: opened.address,
          port: target.port,
          family: `IPv${opened.family}`,
        };
        socket._sockname = { address: '0.0.0.0', port: 0, family: 'IPv4' };
        socket._unrefTimer();
        socket.emit('connect');
        socket.emit('ready');
        if (!socket.isPaused()) socket.read(0);
      });
    },
    onData(bytes: Buffer) {
      if (socket.destroyed) return;
      within(() => {
        socket._unrefTimer();
        unread.set(socket, (unread.get(socket) ?? 0) + bytes.length);
        received.set(socket, (received.get(socket) ?? 0) + bytes.length);
        if (socket.push(bytes)) socket._read(0);
      });
    },
    onEnd() {
      if (socket.destroyed) return;
      within(() => {
        socket.push(null);
        socket.read(0);
      });
    },
    onFailed(failure: { readonly code: string; readonly message: string }) {
      const error = Object.assign(createEgressError(failure), {
        syscall: socket.connecting ? 'connect' : 'read',
        address: target.host,
        port: target.port,
      });
      within(() => void socket.destroy(error));
    },
    onClosed() {
      within(() => void socket.destroy());
    },
  };
}
