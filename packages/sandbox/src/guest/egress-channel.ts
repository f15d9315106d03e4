import { Socket } from 'node:net';
import { FrameReader } from '../channel/frame.ts';
import {
  EGRESS,
  EGRESS_CHUNK_BYTES,
  EGRESS_FD,
  EGRESS_HEADER_BYTES,
  EGRESS_WINDOW_BYTES,
  type EgressFailure,
  type EgressOpen,
  type EgressOpened,
  type EgressUser,
  LENGTH_BYTES,
} from '../protocol.ts';

const { parse, stringify } = JSON;

/** What happens on one connection, told to the socket that stands for it. */
interface StreamListener {
  onOpened(opened: EgressOpened): void;
  onData(bytes: Buffer): void;
  onEnd(): void;
  onFailed(failure: EgressFailure): void;
  onClosed(): void;
}

/** A connection that the broker holds for the guest. */
export interface EgressStream {
  readonly id: number;
  /** `done` is called once the broker's window took all bytes. */
  write(bytes: Buffer, done: () => void): void;
  end(): void;
  close(): void;
  /** Says whose bytes come next. */
  use(user: EgressUser): void;
  /** Lets the broker send as many bytes again. */
  consume(bytes: number): void;
}

export interface EgressChannel {
  open(target: EgressOpen, listener: StreamListener): EgressStream;
  resolve(host: string): Promise<readonly EgressOpened[]>;
}

interface Pending {
  readonly bytes: Buffer;
  readonly done: () => void;
}

/** Multiplexes all connections of the process over the one descriptor that leads outside. */
export function openEgressChannel(): EgressChannel {
  const socket = new Socket({ fd: EGRESS_FD, readable: true, writable: true });
  const writeBytes = socket.write.bind(socket) as (frame: Buffer) => boolean;
  const streams = new Map<number, MuxStream>();
  const questions = new Map<number, (answer: Buffer, failed: boolean) => void>();
  let lastId = 0;

  const send = (kind: number, id: number, payload: Buffer) => {
    const frame = Buffer.allocUnsafe(LENGTH_BYTES + EGRESS_HEADER_BYTES + payload.length);
    frame.writeUInt32LE(EGRESS_HEADER_BYTES + payload.length, 0);
    frame.writeUInt8(kind, LENGTH_BYTES);
    frame.writeUInt32LE(id, LENGTH_BYTES + 1);
    payload.copy(frame, LENGTH_BYTES + EGRESS_HEADER_BYTES);
    writeBytes(frame);
  };
  const reader = new FrameReader(EGRESS_HEADER_BYTES + EGRESS_CHUNK_BYTES, (frame) => {
    const kind = frame.readUInt8(0);
    const id = frame.readUInt32LE(1);
    const payload = frame.subarray(EGRESS_HEADER_BYTES);
    const question = questions.get(id);
    if (question !== undefined) {
      questions.delete(id);
      question(payload, kind === EGRESS.failed);
      return;
    }
    const stream = streams.get(id);
    if (stream === undefined) return;
    if (kind === EGRESS.close || kind === EGRESS.failed) streams.delete(id);
    stream.receive(kind, payload);
  });
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  // The control channel decides when the guest ends; without this one, connections just fail.
  socket.on('error', () => {});

  return {
    open(target, listener) {
      lastId += 1;
      const stream = new MuxStream(lastId, send, listener);
      streams.set(lastId, stream);
      send(EGRESS.open, lastId, Buffer.from(stringify(target)));
      return {
        id: stream.id,
        write: (bytes, done) => stream.write(bytes, done),
        end: () => stream.end(),
        consume: (bytes) => stream.consume(bytes),
        use: (user) => send(EGRESS.use, stream.id, Buffer.from(stringify(user))),
        close() {
          if (streams.delete(stream.id)) send(EGRESS.close, stream.id, Buffer.alloc(0));
        },
      };
    },
    resolve(host) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        questions.set(id, (answer, failed) => {
          const value: unknown = parse(answer.toString('utf8'));
          if (failed) reject(createEgressError(value as EgressFailure));
          else resolve(value as readonly EgressOpened[]);
        });
        send(EGRESS.resolve, id, Buffer.from(stringify({ host })));
      });
    },
  };
}

/** The error that Node's own network code would have made. */
export function createEgressError(failure: EgressFailure): Error {
  return Object.assign(new Error(failure.message), { code: failure.code });
}

type Send = (kind: number, id: number, payload: Buffer) => void;

/** One stream: holds back what the broker's window does not take yet. */
class MuxStream {
  readonly id: number;
  readonly #send: Send;
  readonly #listener: StreamListener;
  readonly #pending: Pending[] = [];
  #credit = EGRESS_WINDOW_BYTES;
  #consumed = 0;
  #isEnding = false;

  constructor(id: number, send: Send, listener: StreamListener) {
    this.id = id;
    this.#send = send;
    this.#listener = listener;
  }

  write(bytes: Buffer, done: () => void): void {
    this.#pending.push({ bytes, done });
    this.#flush();
  }

  end(): void {
    this.#isEnding = true;
    this.#flush();
  }

  consume(bytes: number): void {
    this.#consumed += bytes;
    if (this.#consumed < EGRESS_WINDOW_BYTES / 4) return;
    const payload = Buffer.allocUnsafe(4);
    payload.writeUInt32LE(this.#consumed, 0);
    this.#consumed = 0;
    this.#send(EGRESS.window, this.id, payload);
  }

  receive(kind: number, payload: Buffer): void {
    switch (kind) {
      case EGRESS.data:
        // The frame's memory is reused by nobody, so the bytes need no copy.
        this.#listener.onData(payload);
        break;
      case EGRESS.window:
        this.#credit += payload.readUInt32LE(0);
        this.#flush();
        break;
      case EGRESS.opened:
        this.#listener.onOpened(parse(payload.toString('utf8')) as EgressOpened);
        break;
      case EGRESS.end:
        this.#listener.onEnd();
        break;
      case EGRESS.failed:
        this.#listener.onFailed(parse(payload.toString('utf8')) as EgressFailure);
        break;
      case EGRESS.close:
        this.#listener.onClosed();
        break;
    }
  }

  #flush(): void {
    while (this.#credit > 0) {
      const next = this.#pending[0];
      if (next === undefined) break;
      const size = Math.min(next.bytes.length, this.#credit, EGRESS_CHUNK_BYTES);
      this.#credit -= size;
      if (size > 0) this.#send(EGRESS.data, this.id, next.bytes.subarray(0, size));
      if (size === next.bytes.length) {
        this.#pending.shift();
        next.done();
      } else {
        this.#pending[0] = { bytes: next.bytes.subarray(size), done: next.done };
      }
    }
    if (this.#isEnding && this.#pending.length === 0) {
      this.#isEnding = false;
      this.#send(EGRESS.end, this.id, Buffer.alloc(0));
    }
  }
}
