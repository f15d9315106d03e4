import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { withDeadline } from './deadline.ts';

/** A helper process of a benchmark. It says one line of JSON when it is ready, and one per request. */
export interface PeerProcess<Ready> extends AsyncDisposable {
  readonly ready: Ready;
  readonly pid: number;
  /** Sends one line of JSON and resolves with the next line that comes back. One request at a time. */
  request<Answer>(message: object, limitMs: number): Promise<Answer>;
}

export interface PeerOptions {
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** Command and arguments that start another command, as `pinTo` gives. */
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const READY_LIMIT_MS = 120_000;
const END_LIMIT_MS = 30_000;

/**
 * Starts `script` (a path relative to this folder). The process ends when its standard input does,
 * and so also when this process dies without a goodbye.
 */
export async function startPeer<Ready>(
  script: string,
  options: PeerOptions = {},
): Promise<PeerProcess<Ready>> {
  const command = [
    ...(options.prefix ?? []),
    process.execPath,
    ...(options.nodeArgs ?? []),
    resolve(import.meta.dirname, script),
    ...(options.args ?? []),
  ];
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
  });
  const lines = createLineReader(child, script);
  try {
    const ready = await withDeadline(lines.next(), READY_LIMIT_MS, `the start of ${script}`);
    return {
      ready: JSON.parse(ready) as Ready,
      pid: child.pid ?? 0,
      async request<Answer>(message: object, limitMs: number) {
        child.stdin.write(`${JSON.stringify(message)}\n`);
        const line = await withDeadline(lines.next(), limitMs, `an answer of ${script}`);
        return JSON.parse(line) as Answer;
      },
      [Symbol.asyncDispose]: () => endPeer(child),
    };
  } catch (error) {
    await endPeer(child);
    throw error;
  }
}

/** Lines of the child's standard output, in order; its end rejects whoever waits. */
function createLineReader(child: ChildProcess, script: string): { next(): Promise<string> } {
  const arrived: string[] = [];
  let waiting: PromiseWithResolvers<string> | undefined;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    waiting?.reject(failure);
    waiting = undefined;
  };
  child.on('error', (cause) => fail(new Error(`${script} could not be started`, { cause })));
  child.on('exit', (code, signal) => fail(new Error(`${script} ended with ${signal ?? code}`)));
  if (child.stdout === null) throw new Error('no standard output');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (waiting === undefined) arrived.push(line);
    else waiting.resolve(line);
    waiting = undefined;
  });
  return {
    next() {
      const line = arrived.shift();
      if (line !== undefined) return Promise.resolve(line);
      if (failure !== undefined) return Promise.reject(failure);
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
  };
}

async function endPeer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = Promise.withResolvers<void>();
  child.on('exit', () => ended.resolve());
  child.stdin?.end();
  try {
    await withDeadline(ended.promise, END_LIMIT_MS, 'the end of a helper process');
  } catch {
    child.kill('SIGKILL');
    await ended.promise;
  }
}
