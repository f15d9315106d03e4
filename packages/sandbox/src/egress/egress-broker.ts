import type { Duplex } from 'node:stream';
import type { Logger, OutboundRequest } from '@tessera/model';
import { FrameReader, FrameTooLarge } from '../channel/frame.ts';
import { ProtocolViolation } from '../channel/parse-guest-message.ts';
import { RateCap } from '../channel/rate-cap.ts';
import type { SandboxLimits } from '../limits.ts';
import {
  EGRESS,
  EGRESS_CHUNK_BYTES,
  EGRESS_HEADER_BYTES,
  type EgressFailure,
  type EgressOpen,
  LENGTH_BYTES,
  type WireOutboundRequest,
} from '../protocol.ts';
import { BrokerStream } from './broker-stream.ts';
import { ConnectionLedger } from './connection-ledger.ts';
import { type EgressPolicy, EgressRefusal } from './egress-policy.ts';
import { parseEgressOpen, parseEgressResolve, parseWindow } from './parse-egress-frame.ts';

export interface EgressBrokerOptions {
  /** The guest's egress channel. */
  readonly channel: Duplex;
  readonly tenantId: string;
  readonly policy: EgressPolicy;
  readonly limits: SandboxLimits;
  /** True when this place of this run may have connections; what the guest claims else is dropped. */
  readonly isUnderWay: (run: number, place: number) => boolean;
  /** Ends the guest that broke the protocol. */
  readonly onViolation: (message: string) => void;
  readonly logger: Logger;
}

/** Names that one process may ask for at once. */
const MAX_QUESTIONS = 64;
/** Far above what a client library does; a guest beyond them only means to keep the host busy. */
const MAX_FRAMES_PER_SECOND = 20_000;
const MAX_OPENS_PER_SECOND = 500;

/** The only way of a guest to the network: opens, judges, carries and counts its connections. */
export class EgressBroker {
  readonly #options: EgressBrokerOptions;
  readonly #ledger = new ConnectionLedger();
  readonly #streams = new Map<number, BrokerStream>();
  readonly #frames = new RateCap(MAX_FRAMES_PER_SECOND);
  readonly #opens = new RateCap(MAX_OPENS_PER_SECOND);
  #lastId = 0;
  #questions = 0;
  #isClosed = false;

  constructor(options: EgressBrokerOptions) {
    this.#options = options;
    const reader = new FrameReader(EGRESS_HEADER_BYTES + EGRESS_CHUNK_BYTES, (frame) =>
      this.#receive(frame),
    );
    options.channel.on('data', (chunk: Buffer) => {
      if (this.#isClosed) return;
      try {
        reader.push(chunk);
      } catch (error) {
        options.onViolation(this.#describeFault(error));
        this.close();
      }
    });
  }

  /** The connections and requests of one action, once. */
  listRequests(
    run: number,
    place: number,
    told: readonly WireOutboundRequest[],
  ): readonly OutboundRequest[] {
    return this.#ledger.list(run, place, told);
  }

  forgetRun(run: number): void {
    this.#ledger.forgetRun(run);
  }

  close(): void {
    this.#isClosed = true;
    for (const stream of this.#streams.values()) stream.close();
  }

  #receive(frame: Buffer): void {
    if (frame.length < EGRESS_HEADER_BYTES) throw new ProtocolViolation('a short egress frame');
    if (!this.#frames.take()) throw new ProtocolViolation('too many egress frames');
    const kind = frame.readUInt8(0);
    const id = frame.readUInt32LE(1);
    const payload = frame.subarray(EGRESS_HEADER_BYTES);
    switch (kind) {
      case EGRESS.open:
        this.#claim(id);
        void this.#open(id, parseEgressOpen(payload));
        return;
      case EGRESS.resolve:
        this.#claim(id);
        void this.#resolve(id, parseEgressResolve(payload).host);
        return;
      case EGRESS.data:
        // A stream that has just gone may still get bytes that were under way.
        if (this.#streams.get(id)?.write(payload) === false) {
          throw new ProtocolViolation('more egress bytes than the window allows');
        }
        return;
      case EGRESS.end:
        this.#streams.get(id)?.end();
        return;
      case EGRESS.close:
        this.#streams.get(id)?.closeByGuest();
        return;
      case EGRESS.window:
        this.#streams.get(id)?.addCredit(parseWindow(payload));
        return;
      default:
        throw new ProtocolViolation('an unknown egress frame');
    }
  }

  /** Numbers only grow, so none is ever taken twice. */
  #claim(id: number): void {
    if (!this.#opens.take()) throw new ProtocolViolation('too many egress connections and lookups');
    if (id <= this.#lastId) throw new ProtocolViolation('an egress number that was used before');
    this.#lastId = id;
  }

  async #open(id: number, open: EgressOpen): Promise<void> {
    const { tenantId, policy, limits } = this.#options;
    const facts = { host: open.host, port: open.port, ...this.#attribute(open) };
    const tooMany = this.#describeExcess(facts.run);
    const connection = this.#ledger.open(id, facts);
    const stream = new BrokerStream({
      connection,
      connectTimeoutMs: limits.connectTimeoutMs,
      maxBytes: limits.maxConnectionBytes,
      send: (kind, payload) => this.#send(kind, id, payload),
      onGone: () => {
        this.#streams.delete(id);
        this.#ledger.close(id);
      },
    });
    this.#streams.set(id, stream);
    if (tooMany !== undefined) {
      stream.fail({ code: 'EMFILE', message: tooMany });
      return;
    }
    try {
      stream.connect(await policy.decide(tenantId, open));
    } catch (error) {
      stream.fail(this.#describeRefusal(error));
    }
  }

  #attribute({ run, action: place }: EgressOpen) {
    const isKnown =
      run !== undefined && place !== undefined && this.#options.isUnderWay(run, place);
    return isKnown ? { run, place } : { run: undefined, place: undefined };
  }

  async #resolve(id: number, host: string): Promise<void> {
    const { tenantId, policy } = this.#options;
    if (this.#questions >= MAX_QUESTIONS) {
      const failure = { code: 'EAI_AGAIN', message: `getaddrinfo EAI_AGAIN ${host}` };
      this.#send(EGRESS.failed, id, Buffer.from(JSON.stringify(failure)));
      return;
    }
    this.#questions += 1;
    try {
      const destinations = await policy.decide(tenantId, { host, port: undefined });
      const addresses = destinations.map(({ address, family }) => ({ address, family }));
      this.#send(EGRESS.resolved, id, Buffer.from(JSON.stringify(addresses)));
    } catch (error) {
      this.#send(EGRESS.failed, id, Buffer.from(JSON.stringify(this.#describeRefusal(error))));
    } finally {
      this.#questions -= 1;
    }
  }

  /** A fault of ours ends this guest too, not the host with all the others. */
  #describeFault(error: unknown): string {
    if (error instanceof ProtocolViolation || error instanceof FrameTooLarge) return error.message;
    this.#options.logger.error(
      { err: error, tenantId: this.#options.tenantId },
      'The egress broker failed',
    );
    return 'the egress broker failed';
  }

  /** A fault of ours refuses the connection too; its text stays with the operator. */
  #describeRefusal(error: unknown): EgressFailure {
    if (error instanceof EgressRefusal) return { code: error.code, message: error.message };
    this.#options.logger.error(
      { err: error, tenantId: this.#options.tenantId },
      'The egress broker failed',
    );
    return { code: 'EIO', message: 'connect EIO: the egress broker failed' };
  }

  #describeExcess(run: number | undefined): string | undefined {
    const { maxConnections, maxConnectionsPerRun } = this.#options.limits;
    if (this.#streams.size >= maxConnections)
      return `More than ${maxConnections} connections are open at once.`;
    if (this.#ledger.countOf(run) >= maxConnectionsPerRun) {
      return `The run opened more than ${maxConnectionsPerRun} connections.`;
    }
    return undefined;
  }

  #send(kind: number, id: number, payload: Buffer): void {
    if (this.#isClosed) return;
    const frame = Buffer.allocUnsafe(LENGTH_BYTES + EGRESS_HEADER_BYTES + payload.length);
    frame.writeUInt32LE(EGRESS_HEADER_BYTES + payload.length, 0);
    frame.writeUInt8(kind, LENGTH_BYTES);
    frame.writeUInt32LE(id, LENGTH_BYTES + 1);
    payload.copy(frame, LENGTH_BYTES + EGRESS_HEADER_BYTES);
    this.#options.channel.write(frame);
  }
}
