import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../../src/levels/find-program.ts';
import { listen } from './listen.ts';

/** Absent where the machine has no Redis; its tests are skipped then. */
export const redisProgram = findProgram('redis-server');

export interface RedisServer extends AsyncDisposable {
  readonly port: number;
}

/** A Redis on loopback with a password, in memory. */
export async function startRedisServer(password: string): Promise<RedisServer> {
  if (redisProgram === undefined) throw new Error('There is no redis-server here.');
  const directory = mkdtempSync(join(tmpdir(), 'tessera-test-redis-'));
  const port = await findFreePort();
  const child = spawn(
    redisProgram,
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password],
      ...['--save', '', '--appendonly', 'no', '--dir', directory],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let said = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    said += String(text);
    if (said.includes('Ready to accept connections')) break;
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill();
      if (child.exitCode === null) await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
