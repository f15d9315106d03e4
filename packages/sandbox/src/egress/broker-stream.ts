import { connect, type Socket } from 'node:net';
import {
  EGRESS,
  EGRESS_CHUNK_BYTES,
  EGRESS_WINDOW_BYTES,
  type EgressFailure,
} from '../protocol.ts';
import type { Connection } from './connection-ledger.ts';
import type { Destination } from './egress-policy.ts';

const EMPTY = Buffer.alloc(0);
/** Longer would keep sockets of dead streams; shorter would cut the last bytes on a slow line. */
const LINGER_MS = 5_000;

export interface BrokerStreamOptions {
  readonly connection: Connection;
  readonly connectTimeoutMs: number;
  readonly maxBytes: number;
  /** Counts bytes of either direction. Says which limit of the run they exceed. */
  readonly count: (bytes: number) => string | undefined;
  readonly send: (kind: number, payload: Buffer) => void;
  /** The stream is gone on both sides. */
  readonly onGone: () => void;
}

/** One connection to the outside, and the stream of the guest that it belongs to. */
export class BrokerStream {
  readonly #options: BrokerStreamOptions;
  #socket: Socket | undefined;
  /** Bytes that the guest lets us send. */
  #credit = EGRESS_WINDOW_BYTES;
  /** Bytes that the guest sent and the outside has not taken. */
  #outstanding = 0;
  #toGrant = 0;
  #timer: NodeJS.Timeout | undefined;
  #isGone = false;
  #isConnected = false;

  constructor(options: BrokerStreamOptions) {
    this.#options = options;
  }

  /** Tries the checked addresses one after another. */
  connect(destinations: readonly Destination[]): void {
    const [first, ...rest] = destinations;
    if (this.#isGone || first === undefined) return;
    const socket = connect({
      host: first.address,
      port: first.port,
      family: first.family,
      allowHalfOpen: true,
    });
    this.#socket = socket;
    this.#timer = setTimeout(() => {
      const error = new Error(`connect ETIMEDOUT ${first.address}:${first.port}`);
      socket.destroy(Object.assign(error, { code: 'ETIMEDOUT' }));
    }, this.#options.connectTimeoutMs);
    socket.setNoDelay(true);
    socket.once('connect', () => this.#open(socket, first));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(this.#timer);
      if (!this.#isConnected && rest.length > 0) this.connect(rest);
      else this.fail({ code: error.code ?? 'ECONNRESET', message: error.message });
    });
  }

  /** The guest sent bytes. False when it sent more than its window allows. */
  write(bytes: Buffer): boolean {
    this.#outstanding += bytes.length;
    if (this.#outstanding > EGRESS_WINDOW_BYTES) return false;
    const { connection } = this.#options;
    connection.bytesSent += bytes.length;
    if (!this.#checkVolume(connection.bytesSent, bytes.length)) return true;
    this.#socket?.write(bytes, () => this.#grant(bytes.length));
    return true;
  }

  end(): void {
    this.#socket?.end();
  }

  /** The guest consumed bytes. False when it claims more than it was sent. */
  addCredit(bytes: number): boolean {
    this.#credit += bytes;
    if (this.#credit > EGRESS_WINDOW_BYTES) return false;
    if (this.#credit > 0) this.#socket?.resume();
    return true;
  }

  /** Ends the stream and tells the guest why. */
  fail(failure: EgressFailure): void {
    if (this.#isGone) return;
    this.#options.connection.error ??= failure.message;
    this.#options.send(EGRESS.failed, Buffer.from(JSON.stringify(failure)));
    this.close();
  }

  /** The guest is done; what it sent before still goes out. */
  closeByGuest(): void {
    const socket = this.#socket;
    if (this.#isGone) return;
    // One that is still connecting has sent nothing, and must not linger beyond the limit of connections.
    if (socket === undefined || !this.#isConnected) {
      this.close();
      return;
    }
    this.#isGone = true;
    clearTimeout(this.#timer);
    socket.removeAllListeners('data');
    socket.resume();
    socket.destroySoon();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    this.#options.onGone();
  }

  /** Ends the stream without a word to the guest. */
  close(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    this.#options.onGone();
  }

  #open(socket: Socket, { address, family }: Destination): void {
    clearTimeout(this.#timer);
    this.#isConnected = true;
    const { send, connection } = this.#options;
    send(EGRESS.opened, Buffer.from(JSON.stringify({ address, family })));
    socket.on('data', (bytes: Buffer) => {
      connection.bytesReceived += bytes.length;
      if (!this.#checkVolume(connection.bytesReceived, bytes.length)) return;
      for (let at = 0; at < bytes.length; at += EGRESS_CHUNK_BYTES) {
        send(EGRESS.data, bytes.subarray(at, at + EGRESS_CHUNK_BYTES));
      }
      // May fall below zero by one chunk of the machine's; the guest holds it.
      this.#credit -= bytes.length;
      if (this.#credit <= 0) socket.pause();
    });
    socket.on('end', () => send(EGRESS.end, EMPTY));
    socket.once('close', () => {
      if (this.#isGone) return;
      send(EGRESS.close, EMPTY);
      this.close();
    });
  }

  /** False when the stream ended because it, or its run, carried too much. */
  #checkVolume(total: number, added: number): boolean {
    const { maxBytes, count } = this.#options;
    const excess = count(added);
    if (total > maxBytes) {
      this.fail({ code: 'EFBIG', message: `The connection carried more than ${maxBytes} bytes.` });
    } else if (excess !== undefined) {
      this.fail({ code: 'EDQUOT', message: excess });
    } else {
      return true;
    }
    return false;
  }

  #grant(bytes: number): void {
    this.#outstanding -= bytes;
    this.#toGrant += bytes;
    if (this.#isGone || this.#toGrant < EGRESS_WINDOW_BYTES / 4) return;
    const payload = Buffer.allocUnsafe(4);
    payload.writeUInt32LE(this.#toGrant, 0);
    this.#toGrant = 0;
    this.#options.send(EGRESS.window, payload);
  }
}
