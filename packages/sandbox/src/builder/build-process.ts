import { createWriteStream } from 'node:fs';
import type { BuildOrder } from './build-messages.ts';
import { runBuild } from './run-build.ts';

/**
 * The program of a build's own process: one order on standard input, one report on fd 3. It ends when
 * standard input does, so it never outlives the host.
 */
const REPORT_FD = 3;

const chunks: Buffer[] = [];
process.stdin.on('end', () => process.exit(1));
process.stdin.on('data', (chunk: Buffer) => {
  chunks.push(chunk);
  // Orders are one line; JSON has no raw line break inside.
  if (chunk.at(-1) === 0x0a) void start(Buffer.concat(chunks).toString('utf8'));
});

async function start(line: string): Promise<void> {
  // The host made this text with the same type; it is no guest's.
  const order = JSON.parse(line) as BuildOrder;
  const report = await runBuild(order).catch((error: unknown) => ({
    kind: 'crashed',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }));
  createWriteStream('', { fd: REPORT_FD }).end(JSON.stringify(report), () => process.exit(0));
}
