import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionRepository, FeedPosition, Logger } from '@tessera/model';
import { formatCursor, type LiveLogCursor } from './live-log-cursor.ts';
import { type LiveLogFilter, listNewEvents } from './live-log-events.ts';

/** Why a stream ended, and what its reader can do. */
const STREAM_ENDS = {
  expired: 'The access token expired. Get a new one and connect again.',
  slow_reader: 'The reader was too slow. Connect again to go on where it stopped.',
  shutdown: 'The server shuts down. Connect again.',
  tenant_deleted: 'The tenant was deleted.',
} as const;
export type StreamEnd = keyof typeof STREAM_ENDS;

/** Times of a stream, ms. */
export interface StreamTiming {
  /** Pause between two looks at the database while nothing is new: what a line is late by, at most. */
  readonly pollMs: number;
  /** Proxies and readers take a silent connection for a dead one, most after 30 to 60 s. */
  readonly heartbeatMs: number;
  /** A reader that takes nothing for this long is dropped. */
  readonly slowReaderMs: number;
}

export interface LiveLogStreamOptions {
  readonly executions: Pick<ExecutionRepository, 'listChanges'>;
  readonly cursor: LiveLogCursor;
  readonly filter: LiveLogFilter;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly timing: StreamTiming;
  readonly logger: Logger;
  readonly onEnd: () => void;
}

/** Records read at once. One can have a megabyte of lines. */
const PAGE = 10;
/** Pause after the database did not answer, ms. */
const RETRY_MS = 2_000;
/** The last event of a dropped reader waits this long for it, ms. */
const FAREWELL_MS = 2_000;

/**
 * One reader of the live log. It reads at its reader's pace: the next records are fetched when the last ones
 * are out, so a slow reader costs no memory.
 */
export class LiveLogStream {
  readonly #options: LiveLogStreamOptions;
  readonly #heartbeat: NodeJS.Timeout;
  #cursor: LiveLogCursor;
  #isOver = false;
  #isBlocked = false;
  #wake: () => void = () => {};

  constructor(options: LiveLogStreamOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
    const { request, response, timing } = options;
    response.once('close', () => this.#finish());
    response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    response.setHeader('cache-control', 'no-store');
    // Some proxies collect an answer before they pass it on.
    response.setHeader('x-accel-buffering', 'no');
    response.writeHead(200);
    this.#heartbeat = setInterval(() => this.#beat(), timing.heartbeatMs);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    this.#beat();
    void this.#pump();
  }

  /** Ends the stream with an event that says why. */
  end(reason: StreamEnd): void {
    if (this.#isOver) return;
    this.#finish();
    const { response } = this.#options;
    const data = JSON.stringify({ reason, message: STREAM_ENDS[reason] });
    response.end(`event: end\ndata: ${data}\n\n`);
    const timer = setTimeout(() => response.destroy(), FAREWELL_MS);
    response.once('close', () => clearTimeout(timer));
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#heartbeat);
    this.#wake();
    this.#options.onEnd();
  }

  /** A comment with an `id`: the connection lives, and a reader that comes back need not read all again. */
  #beat(): void {
    if (this.#isOver || this.#isBlocked) return;
    this.#options.response.write(`: heartbeat\nid: ${formatCursor(this.#cursor)}\n\n`);
  }

  async #pump(): Promise<void> {
    const { executions, timing, logger } = this.#options;
    while (!this.#isOver) {
      let pauseMs = timing.pollMs;
      try {
        const { changes, next } = await executions.listChanges(this.#cursor.position, PAGE);
        for (const change of changes) {
          for (const event of listNewEvents(change, this.#cursor, this.#options.filter)) {
            if (event.text !== undefined) await this.#write(event.text);
            if (this.#isOver) return;
            this.#cursor = event.cursor;
          }
        }
        this.#advance(next);
        if (changes.length === PAGE) pauseMs = 0;
      } catch (error) {
        logger.warn({ err: error }, 'a live log could not be read; it is tried again');
        pauseMs = RETRY_MS;
      }
      await this.#pause(pauseMs);
    }
  }

  /** Events of a record at the very place are counted from it; others begin anew. */
  #advance(position: FeedPosition): void {
    const { position: known } = this.#cursor;
    if (position.transaction === known.transaction && position.sequence === known.sequence) return;
    this.#cursor = { position, events: 0 };
  }

  /** Resolves when the reader can take more, or is gone. */
  async #write(text: string): Promise<void> {
    const { response, timing } = this.#options;
    if (this.#isOver || response.write(text)) return;
    this.#isBlocked = true;
    const drained = Promise.withResolvers<void>();
    response.once('drain', drained.resolve);
    this.#wake = drained.resolve;
    const timer = setTimeout(() => this.end('slow_reader'), timing.slowReaderMs);
    await drained.promise;
    clearTimeout(timer);
    response.off('drain', drained.resolve);
    this.#isBlocked = false;
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isOver) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
  }
}
