import type { OutboundRequest } from '@tessera/model';
import type { WireOutboundRequest } from '../protocol.ts';

/** What the broker saw of one connection. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  /** Run and place of the action that opened it; absent outside a handler. */
  readonly run: number | undefined;
  readonly place: number | undefined;
  readonly openedAt: number;
  closedAt: number | undefined;
  bytesSent: number;
  bytesReceived: number;
  error: string | undefined;
  /** Bytes that are in somebody's record already. */
  countedSent: number;
  countedReceived: number;
  isReported: boolean;
}

/**
 * Remembers connections until they are in a record. What the guest tells about requests (method, status)
 * is joined to what the broker saw; host, port, bytes and errors are the broker's.
 */
export class ConnectionLedger {
  readonly #byStream = new Map<number, Connection>();
  readonly #openedByRun = new Map<number, number>();

  /** How many connections a run has opened. */
  countOf(run: number | undefined): number {
    return run === undefined ? 0 : (this.#openedByRun.get(run) ?? 0);
  }

  open(stream: number, facts: Pick<Connection, 'host' | 'port' | 'run' | 'place'>): Connection {
    const connection: Connection = {
      ...facts,
      openedAt: performance.now(),
      closedAt: undefined,
      bytesSent: 0,
      bytesReceived: 0,
      error: undefined,
      countedSent: 0,
      countedReceived: 0,
      isReported: false,
    };
    this.#byStream.set(stream, connection);
    if (facts.run !== undefined) this.#openedByRun.set(facts.run, this.countOf(facts.run) + 1);
    return connection;
  }

  /** The stream is gone; what nobody will report is forgotten at once. */
  close(stream: number): void {
    const connection = this.#byStream.get(stream);
    if (connection === undefined) return;
    connection.closedAt ??= performance.now();
    if (connection.isReported || connection.run === undefined) this.#byStream.delete(stream);
  }

  /** The record of an action: its requests as told, then its connections that carried none. */
  list(
    run: number,
    place: number,
    told: readonly WireOutboundRequest[],
  ): readonly OutboundRequest[] {
    const requests = told.map((request) => this.#join(request, { run, place }));
    for (const connection of this.#byStream.values()) {
      if (connection.run !== run || connection.place !== place || connection.isReported) continue;
      requests.push({
        ...this.#take(connection),
        durationMs: (connection.closedAt ?? performance.now()) - connection.openedAt,
      });
    }
    return requests;
  }

  /** The run has its record. */
  forgetRun(run: number): void {
    if (!this.#openedByRun.delete(run)) return;
    for (const [stream, connection] of this.#byStream) {
      if (connection.run === run && connection.closedAt !== undefined)
        this.#byStream.delete(stream);
      else if (connection.run === run) connection.isReported = true;
    }
  }

  #join(
    { stream, ...told }: WireOutboundRequest,
    of: { readonly run: number; readonly place: number },
  ): OutboundRequest {
    const connection =
      stream === undefined ? this.#findFailed(told, of) : this.#byStream.get(stream);
    // Claims of bytes without a connection are worth nothing.
    if (connection === undefined) return { ...told, bytesSent: 0, bytesReceived: 0 };
    const { method, status, durationMs } = told;
    return {
      ...this.#take(connection),
      durationMs,
      ...(method === undefined ? {} : { method }),
      ...(status === undefined ? {} : { status }),
      ...(connection.error === undefined && told.error !== undefined ? { error: told.error } : {}),
    };
  }

  /** A request whose connection never came about does not know its stream. */
  #findFailed(told: WireOutboundRequest, of: { readonly run: number; readonly place: number }) {
    for (const connection of this.#byStream.values()) {
      const isOwn =
        connection.run === of.run && connection.place === of.place && !connection.isReported;
      if (isOwn && connection.error !== undefined && connection.port === told.port)
        return connection;
    }
    return undefined;
  }

  #take(connection: Connection): OutboundRequest {
    const { host, port, bytesSent, bytesReceived, error } = connection;
    const taken = {
      host,
      port,
      durationMs: 0,
      bytesSent: bytesSent - connection.countedSent,
      bytesReceived: bytesReceived - connection.countedReceived,
      ...(error === undefined ? {} : { error }),
    };
    connection.countedSent = bytesSent;
    connection.countedReceived = bytesReceived;
    connection.isReported = true;
    return taken;
  }
}
