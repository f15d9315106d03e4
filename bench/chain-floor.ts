import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChainContender, ChainResult, ChainWork } from './chain-contender.ts';
import { readFrames, writeFrame } from './frames.ts';
import { startPeer } from './peer-process.ts';
import type { Contender } from './rounds.ts';

/** Two contenders on one pair of processes. */
export interface Floor extends AsyncDisposable {
  /** The same bytes there and back, and JSON at both ends; nothing else happens. */
  readonly withJson: ChainContender;
  /** The same bytes there and back as they are. */
  readonly raw: Contender;
}

/**
 * What no process apart can go below: the request of the chain over a unix socket to another Node
 * process, and `results`, which stand for what a real chain made of it, back. No Action runs.
 */
export async function openFloor(work: ChainWork, results: readonly ChainResult[]): Promise<Floor> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
  const path = join(folder, 'floor.sock');
  const reply = JSON.stringify(results);
  const peer = await startPeer<{ listening: true }>('floor-process.ts', { args: [path, reply] });
  const withJson = await openSocket(path, 'json');
  const raw = await openSocket(path, 'raw');
  const request = Buffer.from(serialise(work));
  return {
    withJson: {
      call: async () =>
        JSON.parse(String(await withJson.exchange(serialise(work)))) as ChainResult[],
      async [Symbol.asyncDispose]() {},
    },
    raw: { call: () => raw.exchange(request) },
    async [Symbol.asyncDispose]() {
      withJson.socket.destroy();
      raw.socket.destroy();
      await peer[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function serialise(work: ChainWork): string {
  return JSON.stringify({ event: work.event, actions: work.actions });
}

interface Exchange {
  readonly socket: Socket;
  exchange(request: string | Buffer): Promise<Buffer>;
}

/** Opens a connection; its first frame says what the other side does with the ones after it. */
async function openSocket(path: string, mode: 'json' | 'raw'): Promise<Exchange> {
  const socket = connect(path);
  const connected = Promise.withResolvers<void>();
  socket.once('connect', connected.resolve).once('error', connected.reject);
  await connected.promise;
  writeFrame(socket, mode);
  // Answers come in the order of the requests.
  const waiting: ((body: Buffer) => void)[] = [];
  readFrames(socket, (body) => waiting.shift()?.(body));
  return {
    socket,
    exchange(request) {
      const answered = Promise.withResolvers<Buffer>();
      waiting.push(answered.resolve);
      writeFrame(socket, request);
      return answered.promise;
    },
  };
}
