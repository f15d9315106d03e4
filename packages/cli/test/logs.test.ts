import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../src/main.ts');

/** A server whose answers to the live log's readers are these, in order. */
async function serve(answers: readonly RequestListener[]) {
  const lastEventIds: (string | undefined)[] = [];
  const queries: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/oauth/token') {
      response.end(JSON.stringify({ access_token: 'token' }));
      return;
    }
    lastEventIds.push(request.headers['last-event-id'] as string | undefined);
    queries.push(request.url?.split('?')[1] ?? '');
    answers[lastEventIds.length - 1]?.(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lastEventIds,
    queries,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const tell = (id: string, message: string): string =>
  `id: ${id}\nevent: console\ndata: ${JSON.stringify({ trigger_id: 'post-login', message })}\n\n`;

async function follow(port: number, ...args: readonly string[]) {
  const child = spawn(
    process.execPath,
    ['--conditions=source', MAIN, 'logs', '--follow', ...args],
    {
      env: {
        TESSERA_URL: `http://127.0.0.1:${port}`,
        TESSERA_BOOTSTRAP_CLIENT_ID: 'id',
        TESSERA_BOOTSTRAP_CLIENT_SECRET: 'secret',
      },
      timeout: 30_000,
    },
  );
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, out, err };
}

test('tessera logs goes on after the last line when the server was away, and ends when it is refused', async () => {
  await using server = await serve([
    (_, response) => response.end(tell('7-1-1', 'first')),
    (_, response) => response.destroy(),
    (_, response) => response.writeHead(503).end('{"message":"starting"}'),
    (_, response) => {
      // The connection breaks within an event.
      response.write(`${tell('7-2-1', 'second')}id: 7-3-1\nevent: con`, () => response.destroy());
    },
    (_, response) => response.writeHead(403).end('{"message":"not any more"}'),
  ]);
  const { code, out, err } = await follow(server.port, '--trigger', 'post-login', '--level=warn');
  expect(out.match(/first|second/g)).toEqual(['first', 'second']);
  expect(err).toBe('tessera: the server answered 403: not any more\n');
  expect(code).toBe(1);
  expect(server.lastEventIds).toEqual([undefined, '7-1-1', '7-1-1', '7-1-1', '7-2-1']);
  expect(server.queries[0]).toBe('trigger_id=post-login&level=warn');
});

test('tessera logs does not wait for a server that is not there at the start', async () => {
  await using server = await serve([(_, response) => response.writeHead(503).end('{}')]);
  expect(await follow(server.port)).toMatchObject({ code: 1, out: '' });
});
