import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ChainWork } from './chain-contender.ts';
import { openIsolatedVm, openWorkerThread } from './chain-peers.ts';

/** A way from nothing to a first result. */
export interface Starter {
  /** Starts, runs once, and tells how long that took; ending what was started is not counted. */
  sample(): Promise<number>;
}

/** A new thread of this process. */
export function startWorkerThread(work: ChainWork): Starter {
  return { sample: () => timeFirstCall(() => openWorkerThread(work)) };
}

/** A new isolate in this process. */
export function startIsolate(work: ChainWork): Starter {
  return { sample: () => timeFirstCall(() => openIsolatedVm(work)) };
}

/** A new Node process without any sandbox. */
export function startPlainProcess(work: ChainWork): Starter & AsyncDisposable {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
  const file = join(folder, 'sources.json');
  writeFileSync(file, JSON.stringify(work.sources));
  const script = resolve(import.meta.dirname, 'peers/fresh-process.mjs');
  return {
    async sample() {
      const start = performance.now();
      const child = spawn(process.execPath, [script, file], { stdio: ['pipe', 'pipe', 'inherit'] });
      child.stdin.end(JSON.stringify(work.event));
      const ended = Promise.withResolvers<void>();
      const answered = Promise.withResolvers<string>();
      child.on('error', answered.reject).on('close', () => ended.resolve());
      child.stdout.setEncoding('utf8').once('data', answered.resolve);
      child.on('exit', (code) => answered.reject(new Error(`the process ended with ${code}`)));
      JSON.parse(await answered.promise);
      const duration = performance.now() - start;
      await ended.promise;
      return duration;
    },
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function timeFirstCall(
  open: () => Promise<{ call(): Promise<unknown> } & AsyncDisposable>,
): Promise<number> {
  const start = performance.now();
  await using contender = await open();
  await contender.call();
  return performance.now() - start;
}
