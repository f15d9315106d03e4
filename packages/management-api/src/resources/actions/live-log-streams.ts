import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, ExecutionRepository, Logger } from '@tessera/model';
import { WireError } from '../../http/wire-error.ts';
import type { LiveLogCursor } from './live-log-cursor.ts';
import type { LiveLogFilter } from './live-log-events.ts';
import { LiveLogStream, type StreamEnd, type StreamTiming } from './live-log-stream.ts';

/** Streams of one tenant at one replica. */
const MAX_STREAMS_PER_TENANT = 20;
/** Streams at one replica: each looks at the database twice a second or so. */
const MAX_STREAMS = 500;
/** Longest timer, ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const TIMING: StreamTiming = { pollMs: 400, heartbeatMs: 15_000, slowReaderMs: 15_000 };

interface NewLiveLogStream {
  readonly tenantId: string;
  readonly executions: Pick<ExecutionRepository, 'listChanges'>;
  readonly cursor: LiveLogCursor;
  readonly filter: LiveLogFilter;
  /** The stream ends then. */
  readonly expiresAt: Date;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Every live log that this replica serves. */
export interface LiveLogStreams {
  /** How many there are. */
  readonly count: number;
  /** Answers a request with a stream; throws 429 when there are too many. */
  open(stream: NewLiveLogStream): void;
  /** Ends the streams of a tenant that is gone. */
  closeTenant(tenantId: string): void;
  /** Ends all, and lets no more begin. */
  close(): void;
}

/** Keeps the live logs within their limits. */
export function createLiveLogStreams(options: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timing?: Partial<StreamTiming>;
}): LiveLogStreams {
  const { clock, logger } = options;
  const timing = { ...TIMING, ...options.timing };
  const byTenant = new Map<string, Set<LiveLogStream>>();
  let count = 0;
  let isClosed = false;

  const endAll = (streams: Iterable<LiveLogStream>, reason: StreamEnd): void => {
    for (const stream of [...streams]) stream.end(reason);
  };

  return {
    get count() {
      return count;
    },
    open({ tenantId, expiresAt, ...stream }) {
      const ofTenant = byTenant.get(tenantId) ?? new Set();
      // It left while its token was looked at.
      if (stream.response.destroyed) return;
      if (isClosed) throw refuse('The server is shutting down.');
      if (ofTenant.size >= MAX_STREAMS_PER_TENANT) {
        throw refuse(`This tenant has ${MAX_STREAMS_PER_TENANT} live logs open here. Close one.`);
      }
      if (count >= MAX_STREAMS) {
        throw refuse(`This server has ${MAX_STREAMS} live logs open. Try again later.`);
      }
      count += 1;
      byTenant.set(tenantId, ofTenant);
      const opened = new LiveLogStream({
        ...stream,
        timing,
        logger,
        onEnd: () => {
          clearTimeout(expiry);
          count -= 1;
          ofTenant.delete(opened);
          if (ofTenant.size === 0 && byTenant.get(tenantId) === ofTenant) byTenant.delete(tenantId);
        },
      });
      ofTenant.add(opened);
      const leftMs = Math.max(0, expiresAt.getTime() - clock.now().getTime());
      const expiry = setTimeout(() => opened.end('expired'), Math.min(leftMs, MAX_TIMER_MS));
    },
    closeTenant(tenantId) {
      endAll(byTenant.get(tenantId) ?? [], 'tenant_deleted');
    },
    close() {
      isClosed = true;
      for (const streams of [...byTenant.values()]) endAll(streams, 'shutdown');
    },
  };
}

function refuse(message: string): WireError {
  return new WireError('too_many_attempts', message, { errorCode: 'too_many_streams' });
}
