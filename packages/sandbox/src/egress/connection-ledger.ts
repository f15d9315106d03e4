import type { OutboundRequest } from '@tessera/model';
import type { WireOutboundRequest } from '../protocol.ts';

/** Run and place of an action. */
export interface Place {
  readonly run: number;
  readonly place: number;
}

/** That an action opened a connection, or took one over that was kept alive. */
interface Use extends Place {
  readonly since: number;
  isReported: boolean;
}

/** What the broker saw of one connection. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  /** Actions that used it and whose record is not written; the last one uses it now. */
  readonly uses: Use[];
  closedAt: number | undefined;
  bytesSent: number;
  bytesReceived: number;
  error: string | undefined;
  /** Bytes that are in somebody's record already. */
  countedSent: number;
  countedReceived: number;
}

/**
 * Remembers connections until they are in a record. What the guest tells about requests (method, status)
 * is joined to what the broker saw; host, port, bytes and errors are the broker's.
 */
export class ConnectionLedger {
  readonly #byStream = new Map<number, Connection>();

  open(stream: number, facts: Pick<Connection, 'host' | 'port'>): Connection {
    const connection: Connection = {
      ...facts,
      uses: [],
      closedAt: undefined,
      bytesSent: 0,
      bytesReceived: 0,
      error: undefined,
      countedSent: 0,
      countedReceived: 0,
    };
    this.#byStream.set(stream, connection);
    return connection;
  }

  /** An action has the connection from now on. False when it had it before. */
  use(connection: Connection, { run, place }: Place): boolean {
    const isNew = findUse(connection, { run, place }) === undefined;
    if (isNew) connection.uses.push({ run, place, since: performance.now(), isReported: false });
    return isNew;
  }

  /** The stream is gone; what nobody will report is forgotten at once. */
  close(stream: number): void {
    const connection = this.#byStream.get(stream);
    if (connection === undefined) return;
    connection.closedAt ??= performance.now();
    if (connection.uses.every((use) => use.isReported)) this.#byStream.delete(stream);
  }

  /** The record of an action: its requests as told, then its connections that carried none. */
  list(
    run: number,
    place: number,
    told: readonly WireOutboundRequest[],
  ): readonly OutboundRequest[] {
    const of = { run, place };
    const requests = told.map((request) => this.#join(request, of));
    for (const connection of this.#byStream.values()) {
      const use = findUse(connection, of);
      if (use === undefined || use.isReported) continue;
      const durationMs = (connection.closedAt ?? performance.now()) - use.since;
      requests.push({ ...take(connection, of), durationMs });
    }
    return requests;
  }

  /** The run has its record. */
  forgetRun(run: number): void {
    for (const [stream, connection] of this.#byStream) {
      const { uses } = connection;
      for (let at = uses.length - 1; at >= 0; at--) if (uses[at]?.run === run) uses.splice(at, 1);
      if (connection.closedAt !== undefined && uses.every((use) => use.isReported))
        this.#byStream.delete(stream);
    }
  }

  #join({ stream, ...told }: WireOutboundRequest, of: Place): OutboundRequest {
    const connection =
      stream === undefined ? this.#findFailed(told, of) : this.#byStream.get(stream);
    // Claims of bytes without a connection are worth nothing.
    if (connection === undefined) return { ...told, bytesSent: 0, bytesReceived: 0 };
    const { method, status, durationMs } = told;
    return {
      ...take(connection, of),
      durationMs,
      ...(method === undefined ? {} : { method }),
      ...(status === undefined ? {} : { status }),
      ...(connection.error === undefined && told.error !== undefined ? { error: told.error } : {}),
    };
  }

  /** A request whose connection never came about does not know its stream. */
  #findFailed(told: WireOutboundRequest, of: Place): Connection | undefined {
    const failed = [...this.#byStream.values()].filter(
      (connection) =>
        connection.error !== undefined &&
        connection.port === told.port &&
        findUse(connection, of)?.isReported === false,
    );
    return failed.find((connection) => connection.host === told.host) ?? failed[0];
  }
}

function findUse(connection: Connection, { run, place }: Place): Use | undefined {
  return connection.uses.find((use) => use.run === run && use.place === place);
}

/** What the connection carried since it was last in a record. */
function take(connection: Connection, of: Place): OutboundRequest {
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
  const use = findUse(connection, of);
  if (use !== undefined) use.isReported = true;
  return taken;
}
