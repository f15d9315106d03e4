import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { CancelSignal } from '@tessera/model';
import type { BuildOrder } from './build-messages.ts';
import { type BuildReport, buildReportSchema } from './build-report.ts';

/** Yields to the processes that serve logins. */
const NICENESS = 10;
/** JavaScript heap of one build; the bundler's own memory comes on top. */
const HEAP_MB = 1024;
/** A report holds diagnostics and pins, no code. */
const MAX_REPORT_BYTES = 1024 * 1024;
const MAX_STDERR_BYTES = 16 * 1024;

interface SpawnOptions {
  /** Everything that the process may write lies below it. */
  readonly cacheDir: string;
  readonly timeoutMs: number;
  readonly extraCaFile?: string;
  readonly signal?: CancelSignal;
}

/** The build was stopped because its result is no longer wanted. */
export class BuildCancelledError extends Error {
  constructor() {
    super('The build was cancelled');
    this.name = 'AbortError';
  }
}

/** The build did not end in time. Worth a retry: most of a build's time is the registry's. */
class BuildTimeoutError extends Error {
  constructor(timeoutMs: number) {
    super(`The build did not end within ${timeoutMs} ms`);
    this.name = 'BuildTimeoutError';
  }
}

/**
 * Runs one build in a process of its own, with an empty environment, and resolves with its report
 * once the process and everything it started are gone. Cancelling and the time limit kill it.
 */
export function spawnBuild(order: BuildOrder, options: SpawnOptions): Promise<BuildReport> {
  const { promise, resolve, reject } = Promise.withResolvers<BuildReport>();
  const { child, ...pipes } = startProcess(order, options);
  let stopped: Error | undefined;
  let isClosed = false;
  const stop = (reason: Error): void => {
    // Once it is closed its id may be another's; signals do fire after the work that they were for.
    if (isClosed || stopped !== undefined || child.pid === undefined) return;
    stopped = reason;
    // The group, because the bundler is a process of its own.
    killGroup(child.pid);
  };
  const timer = setTimeout(() => stop(new BuildTimeoutError(options.timeoutMs)), options.timeoutMs);
  options.signal?.addEventListener('abort', () => stop(new BuildCancelledError()));
  const report = collect(pipes.report, MAX_REPORT_BYTES, () => {
    stop(new Error(`The build process wrote more than ${MAX_REPORT_BYTES} bytes`));
  });
  const errors = collect(pipes.stderr, MAX_STDERR_BYTES);
  // A process that dies before it has read everything breaks the pipe; its exit says why.
  pipes.stdin.on('error', () => undefined);
  child.on('error', (error) => {
    clearTimeout(timer);
    reject(new Error('The build process cannot be started', { cause: error }));
  });
  child.on('close', (code, killedBy) => {
    clearTimeout(timer);
    isClosed = true;
    if (child.pid !== undefined) killGroup(child.pid);
    if (stopped !== undefined) return reject(stopped);
    try {
      resolve(buildReportSchema.parse(JSON.parse(report.text())));
    } catch (error) {
      const end = `code ${code ?? 'none'}, signal ${killedBy ?? 'none'}`;
      reject(
        new Error(`The build process ended without a report (${end}): ${errors.text()}`, {
          cause: error,
        }),
      );
    }
  });
  pipes.stdin.write(`${JSON.stringify(order)}\n`);
  return promise;
}

function startProcess(order: BuildOrder, { cacheDir, extraCaFile }: SpawnOptions) {
  // From source the entry is TypeScript, which Node.js runs as it is.
  const isSource = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(
    new URL(isSource ? './build-process.ts' : './build-process.js', import.meta.url),
  );
  const child = spawn(
    process.execPath,
    [...nodeFlags(cacheDir), ...(isSource ? ['--conditions=source'] : []), entry],
    {
      cwd: order.folders.work,
      env: {
        HOME: order.folders.work,
        TMPDIR: order.folders.work,
        ...(extraCaFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: extraCaFile }),
      },
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  if (child.pid !== undefined) lowerPriority(child.pid);
  // All three are pipes, by the options above.
  const [stdin, , stderr, report] = child.stdio as unknown as [Writable, null, Readable, Readable];
  return { child, stdin, stderr, report };
}

/** It parses what strangers publish: it may write its cache only, whatever a parser is talked into. */
function nodeFlags(cacheDir: string): string[] {
  const network = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : [];
  return [
    '--permission',
    '--allow-fs-read=*',
    `--allow-fs-write=${cacheDir}`,
    '--allow-child-process',
    ...network,
    `--max-old-space-size=${HEAP_MB}`,
    '--no-warnings',
  ];
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It is gone already, or the system forbids it; a build at normal priority is still a build.
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nobody is left in the group, which is what was wanted.
  }
}

/** Keeps the first `limit` bytes. Chunks are joined once, at the end. */
function collect(stream: Readable, limit: number, onOverflow?: () => void): { text(): string } {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else onOverflow?.();
  });
  return { text: () => Buffer.concat(chunks).toString('utf8') };
}
