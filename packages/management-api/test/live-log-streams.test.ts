import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLiveLogStreams } from '@tessera/management-api';
import type { ActionResult, ExecutionChange } from '@tessera/model';
import { expect, test } from 'vitest';
import { listNewEvents } from '../src/resources/actions/live-log-events.ts';

const NOW = new Date('2026-11-21T10:00:00.000Z');
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const at = (transaction: bigint, sequence: bigint) => ({ transaction, sequence });

function result(message: string): ActionResult {
  return {
    kind: 'completed',
    actionId: 'act',
    actionName: 'Action',
    versionId: 'ver',
    versionNumber: 1,
    startedAt: NOW,
    endedAt: NOW,
    commands: [],
    logs: [{ level: 'log', time: NOW.toISOString(), message }],
    requests: [],
  };
}

function change(
  messages: readonly string[],
  facts: Partial<ExecutionChange> = {},
): ExecutionChange {
  return {
    execution: {
      id: 'run',
      triggerId: 'post-login',
      status: 'final',
      results: messages.map(result),
      createdAt: NOW,
      updatedAt: NOW,
    },
    position: at(20n, 2n),
    parts: [],
    ...facts,
  };
}

/** A run of two Actions, suspended after the first. */
const resumed = change(['one', 'two'], { parts: [{ position: at(10n, 1n), results: 1 }] });

const cases: [name: string, cursor: Parameters<typeof listNewEvents>[1], told: string[]][] = [
  [
    'everything to a reader that was away',
    { position: at(5n, 0n), events: 0 },
    ['one', 'suspended', 'two', 'final'],
  ],
  [
    'what follows to a reader that broke off in the first part',
    { position: at(10n, 1n), events: 1 },
    ['suspended', 'two', 'final'],
  ],
  [
    'the second part to a reader that had the first',
    { position: at(10n, 2n), events: 0 },
    ['two', 'final'],
  ],
  [
    'what follows to a reader that broke off in the second part',
    { position: at(20n, 2n), events: 3 },
    ['final'],
  ],
];

test.for(cases)('listNewEvents() tells of a suspended run %s', ([, cursor, told]) => {
  const events = [...listNewEvents(resumed, cursor, {})];
  const texts = events.map(({ text }) => JSON.parse(/^data: (.*)$/m.exec(text ?? '')?.[1] ?? ''));
  expect(texts.map((data) => data.message ?? data.status)).toEqual(told);
  expect(events.at(-1)?.cursor).toEqual({ position: at(20n, 3n), events: 0 });
});

/** A server whose every answer is a live log without end, and a client that reads or does not. */
async function openPair(options: { readonly expiresAt: Date; readonly slowReaderMs: number }) {
  const streams = createLiveLogStreams({
    clock: { now: () => NOW },
    logger,
    timing: { pollMs: 1, slowReaderMs: options.slowReaderMs },
  });
  let next = 1n;
  let asked = 0;
  const executions = {
    listChanges: async () => {
      asked += 1;
      next += 1n;
      const text = 'x'.repeat(60_000);
      return {
        changes: [change([text, text], { position: at(next, 0n) })],
        next: at(next + 1n, 0n),
      };
    },
  };
  const server = createServer((incoming, response) =>
    streams.open({
      tenantId: 'tenant',
      executions,
      cursor: { position: at(0n, 0n), events: 0 },
      filter: {},
      expiresAt: options.expiresAt,
      request: incoming,
      response,
    }),
  );
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  const client = request({ port, host: '127.0.0.1', agent: false });
  client.on('error', () => {});
  return {
    streams,
    client,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      client.destroy();
      streams.close();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

test('a reader that takes nothing is dropped, and no more is read for it than its buffers hold', async () => {
  const expiresAt = new Date(NOW.getTime() + 600_000);
  await using pair = await openPair({ expiresAt, slowReaderMs: 100 });
  // The answer is never read: nobody listens to its data.
  const answered = Promise.withResolvers<void>();
  pair.client.on('response', () => answered.resolve()).end();
  await answered.promise;
  await expect.poll(() => pair.streams.count, { timeout: 20_000 }).toBe(0);
  const asked = pair.asked();
  expect(asked).toBeLessThan(500);
  await new Promise((resolve) => setImmediate(resolve));
  expect(pair.asked()).toBe(asked);
});

test('a stream ends when its token does, and says so', async () => {
  const expiresAt = new Date(NOW.getTime() + 50);
  await using pair = await openPair({ expiresAt, slowReaderMs: 10_000 });
  const ended = Promise.withResolvers<string>();
  let tail = '';
  pair.client.on('response', (response) => {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      tail = (tail + chunk).slice(-300);
    });
    response.on('close', () => ended.resolve(tail));
  });
  pair.client.end();
  expect(await ended.promise).toContain('event: end\ndata: {"reason":"expired"');
  expect(pair.streams.count).toBe(0);
});
