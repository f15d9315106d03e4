import { type IncomingMessage, request } from 'node:http';

/** One server-sent event. */
interface StreamedEvent {
  readonly id: string | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any member of any event; a wrong one fails their assertions
  readonly data: any;
}

/** A live log that is being read. */
export interface EventStreamReader {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The body, where the answer was no stream. */
  readonly body: string;
  readonly events: readonly StreamedEvent[];
  /** Of the last event or heartbeat. */
  readonly lastEventId: string;
  /** Resolves with the events so far once one of them passes; rejects when the stream ends before. */
  waitFor(passes: (event: StreamedEvent) => boolean): Promise<readonly StreamedEvent[]>;
  /** Resolves when the stream is over. */
  readonly ended: Promise<void>;
  /** Breaks the connection. */
  leave(): void;
}

export interface EventStreamRequest {
  /** Of the replica that is asked. */
  readonly url: string;
  readonly token?: string;
  readonly path?: string;
  /** Host of another tenant. */
  readonly host?: string;
  readonly lastEventId?: string;
}

/** Reads a live log as an `EventSource` does, but for coming back by itself. */
export async function openEventStream(options: EventStreamRequest): Promise<EventStreamReader> {
  const url = new URL(`/api/v2/actions/log-stream${options.path ?? ''}`, options.url);
  const sent = request(url, {
    agent: false,
    headers: {
      accept: 'text/event-stream',
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
    },
  });
  const answered = Promise.withResolvers<IncomingMessage>();
  sent.on('response', answered.resolve).on('error', answered.reject).end();
  return read(await answered.promise, () => sent.destroy());
}

function read(response: IncomingMessage, leave: () => void): Promise<EventStreamReader> {
  const events: StreamedEvent[] = [];
  const watchers = new Set<() => void>();
  const begun = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  let rest = '';
  let body = '';
  let lastEventId = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
    rest += chunk;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1];
      const event = /^event: (.*)$/m.exec(block)?.[1];
      lastEventId = id ?? lastEventId;
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event !== undefined) events.push({ id, event, data: JSON.parse(data ?? 'null') });
      begun.resolve();
    }
    for (const watch of watchers) watch();
  });
  response.on('error', () => over.resolve());
  response.on('close', () => {
    begun.resolve();
    over.resolve();
  });
  return begun.promise.then(() => ({
    status: response.statusCode ?? 0,
    headers: response.headers,
    body,
    events,
    get lastEventId() {
      return lastEventId;
    },
    ended: over.promise,
    leave,
    async waitFor(passes) {
      const found = Promise.withResolvers<void>();
      const watch = () => {
        if (events.some(passes)) found.resolve();
      };
      watchers.add(watch);
      watch();
      const lost = over.promise.then(() => {
        throw new Error(`the stream ended after ${JSON.stringify(events)}`);
      });
      await Promise.race([found.promise, lost]);
      watchers.delete(watch);
      return [...events];
    },
  }));
}
