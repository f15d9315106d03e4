import type { Duplex } from 'node:stream';
import type { EgressRules, Logger, OutboundRequest, RunnableAction } from '@tessera/model';
import { FrameReader, FrameTooLarge } from '../channel/frame.ts';
import { ProtocolViolation } from '../channel/parse-guest-message.ts';
import { RateCap } from '../channel/rate-cap.ts';
import type { SandboxLimits } from '../limits.ts';
import {
  EGRESS,
  EGRESS_CHUNK_BYTES,
  EGRESS_HEADER_BYTES,
  EGRESS_WINDOW_BYTES,
  type EgressFailure,
  type EgressOpen,
  type EgressUser,
  LENGTH_BYTES,
  nameVersion,
  type WireOutboundRequest,
} from '../protocol.ts';
import { BrokerStream } from './broker-stream.ts';
import { type Connection, ConnectionLedger, type Place } from './connection-ledger.ts';
import { type EgressPolicy, EgressRefusal, type Route } from './egress-policy.ts';
import {
  parseEgressOpen,
  parseEgressResolve,
  parseEgressUse,
  parseWindow,
} from './parse-egress-frame.ts';
import { RunBudgets } from './run-budgets.ts';

export interface EgressBrokerOptions {
  /** The guest's egress channel. */
  readonly channel: Duplex;
  readonly tenantId: string;
  readonly policy: EgressPolicy;
  readonly limits: SandboxLimits;
  /** The action at a place of a run under way; what the guest claims else is dropped. */
  readonly findAction: (run: number, place: number) => RunnableAction | undefined;
  /** Ends the guest that broke the protocol. */
  readonly onViolation: (message: string) => void;
  readonly logger: Logger;
}

/** A stream of the guest. */
interface OpenStream {
  readonly stream: BrokerStream;
  readonly connection: Connection;
  /** Own rules of the actions that used it, by version. */
  readonly rules: Map<string, EgressRules>;
  /** The action that uses it now; its run may be over. */
  user: Place | undefined;
  /** Absent until the policy has decided. */
  route?: Route;
}

/** What a claim to use a stream changes. */
interface Attribution {
  /** The action did not have the stream before. */
  readonly isNew: boolean;
  readonly hasNewRules: boolean;
}

/** Names that one process may ask for at once. */
const MAX_QUESTIONS = 64;
/** Far above what a client library does; a guest beyond them only means to keep the host busy. */
const MAX_FRAMES_PER_SECOND = 20_000;
const MAX_OPENS_PER_SECOND = 500;
/** Room for answers that no window counts. */
const SMALL_FRAMES_BYTES = 4 * 1024 * 1024;

/** The only way of a guest to the network: opens, judges, carries and counts its connections. */
export class EgressBroker {
  readonly #options: EgressBrokerOptions;
  readonly #ledger = new ConnectionLedger();
  readonly #streams = new Map<number, OpenStream>();
  readonly #budgets: RunBudgets;
  /** Own rules of the versions that have run here, for what they do after their handlers. */
  readonly #rulesOfVersions = new Map<string, EgressRules>();
  readonly #stopListening: () => void;
  readonly #frames = new RateCap(MAX_FRAMES_PER_SECOND);
  readonly #opens = new RateCap(MAX_OPENS_PER_SECOND);
  #lastId = 0;
  #questions = 0;
  #isClosed = false;

  constructor(options: EgressBrokerOptions) {
    this.#options = options;
    this.#budgets = new RunBudgets(options.limits);
    this.#stopListening = options.policy.onChange(() => this.#judgeAll());
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

  /** Actions are about to run: their own rules hold from now on, also for what they leave running. */
  noteActions(actions: readonly RunnableAction[]): void {
    for (const action of actions) {
      if (action.egress !== undefined)
        this.#rulesOfVersions.set(nameVersion(action), action.egress);
    }
  }

  forgetRun(run: number): void {
    this.#ledger.forgetRun(run);
    this.#budgets.forgetRun(run);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    for (const { stream } of this.#streams.values()) stream.close();
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
        if (this.#streams.get(id)?.stream.write(payload) === false) {
          throw new ProtocolViolation('more egress bytes than the window allows');
        }
        return;
      case EGRESS.end:
        this.#streams.get(id)?.stream.end();
        return;
      case EGRESS.close:
        this.#streams.get(id)?.stream.closeByGuest();
        return;
      case EGRESS.window: {
        const bytes = parseWindow(payload);
        if (this.#streams.get(id)?.stream.addCredit(bytes) === false)
          throw new ProtocolViolation('a larger egress window than it was sent bytes');
        return;
      }
      case EGRESS.use:
        this.#changeUser(id, parseEgressUse(payload));
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
    const { host, port } = open;
    const tooMany = this.#streams.size >= limits.maxConnections;
    const connection = this.#ledger.open(id, { host, port });
    const stream: BrokerStream = new BrokerStream({
      connection,
      connectTimeoutMs: limits.connectTimeoutMs,
      maxBytes: limits.maxConnectionBytes,
      count: (bytes) => this.#budgets.addBytes(this.#runOf(opened), bytes),
      send: (kind, payload) => this.#send(kind, id, payload),
      onGone: () => {
        this.#streams.delete(id);
        this.#ledger.close(id);
      },
    });
    const opened: OpenStream = { stream, connection, rules: new Map(), user: undefined };
    this.#streams.set(id, opened);
    this.#attribute(opened, open);
    const excess = tooMany
      ? `More than ${limits.maxConnections} connections are open at once.`
      : this.#budgets.addConnection(this.#runOf(opened));
    if (excess !== undefined) {
      stream.fail({ code: 'EMFILE', message: excess });
      return;
    }
    try {
      const question = { tenantId, host, port, actionRules: [...opened.rules.values()] };
      opened.route = await policy.decide(question);
      this.#judge(opened);
      stream.connect(opened.route.destinations);
    } catch (error) {
      stream.fail(this.#describeRefusal(error));
    }
  }

  /** Another action takes a connection over that was kept alive: its own rules judge it too. */
  #changeUser(id: number, user: EgressUser): void {
    const opened = this.#streams.get(id);
    if (opened === undefined) return;
    const { isNew, hasNewRules } = this.#attribute(opened, user);
    const excess = isNew ? this.#budgets.addConnection(this.#runOf(opened)) : undefined;
    if (excess !== undefined) opened.stream.fail({ code: 'EMFILE', message: excess });
    // A guest may say this thousands of times a second, and judging takes a while.
    else if (hasNewRules) this.#endIfForbidden(opened);
  }

  /** Notes who uses a stream and under which rules, and says whether either is new to it. */
  #attribute(opened: OpenStream, { run, action: place, version }: EgressUser): Attribution {
    const action =
      run === undefined || place === undefined ? undefined : this.#options.findAction(run, place);
    const name = action === undefined ? version : nameVersion(action);
    const rules = name === undefined ? undefined : this.#rulesOfVersions.get(name);
    const hasNewRules =
      name !== undefined && rules !== undefined && opened.rules.get(name) !== rules;
    if (hasNewRules) opened.rules.set(name, rules);
    if (action === undefined || run === undefined || place === undefined) {
      opened.user = undefined;
      return { isNew: false, hasNewRules };
    }
    opened.user = { run, place };
    return { isNew: this.#ledger.use(opened.connection, opened.user), hasNewRules };
  }

  /** The run under way that a stream works for. */
  #runOf({ user }: OpenStream): number | undefined {
    const isUnderWay =
      user !== undefined && this.#options.findAction(user.run, user.place) !== undefined;
    return isUnderWay ? user.run : undefined;
  }

  #judgeAll(): void {
    for (const opened of [...this.#streams.values()]) this.#endIfForbidden(opened);
  }

  #endIfForbidden(opened: OpenStream): void {
    try {
      this.#judge(opened);
    } catch (error) {
      opened.stream.fail(this.#describeRefusal(error));
    }
  }

  /** Throws when the rules, as they are now, forbid the stream. */
  #judge({ route, rules }: OpenStream): void {
    if (route === undefined) return;
    const { tenantId, policy } = this.#options;
    const refusal = policy.judgeAgain({ tenantId, actionRules: [...rules.values()] }, route);
    if (refusal !== undefined) throw refusal;
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
      const question = { tenantId, host, port: undefined, actionRules: [] };
      const { destinations } = await policy.decide(question);
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

  #send(kind: number, id: number, payload: Buffer): void {
    if (this.#isClosed) return;
    const frame = Buffer.allocUnsafe(LENGTH_BYTES + EGRESS_HEADER_BYTES + payload.length);
    frame.writeUInt32LE(EGRESS_HEADER_BYTES + payload.length, 0);
    frame.writeUInt8(kind, LENGTH_BYTES);
    frame.writeUInt32LE(id, LENGTH_BYTES + 1);
    payload.copy(frame, LENGTH_BYTES + EGRESS_HEADER_BYTES);
    const { channel, limits, onViolation } = this.#options;
    channel.write(frame);
    // An honest guest holds the host to its windows; one that claims to read and does not, ends.
    if (
      channel.writableLength <=
      2 * limits.maxConnections * EGRESS_WINDOW_BYTES + SMALL_FRAMES_BYTES
    )
      return;
    onViolation('it does not read what the network sends');
    this.close();
  }
}
