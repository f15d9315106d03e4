import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import type { Logger, RunLimit } from '@tessera/model';
import { encodeFrame, FrameReader, FrameTooLarge } from '../channel/frame.ts';
import { ProtocolViolation, parseGuestMessage } from '../channel/parse-guest-message.ts';
import type { Launch } from '../levels/launch.ts';
import { findGuestPid, killTree } from '../levels/process-tree.ts';
import {
  CONTROL_FD,
  EGRESS_FD,
  type GuestMessage,
  type HostMessage,
  MAX_JOURNAL_BYTES,
} from '../protocol.ts';
import type { RetireReason } from './pool-stats.ts';

/**
 * Why a guest ended. `retired`: we wanted it to. `detail` is for operators and authors; it holds nothing
 * that the guest wrote.
 */
export type GuestEnd =
  | { readonly reason: RunLimit; readonly detail: string }
  | { readonly reason: 'retired'; readonly detail: RetireReason };

export interface GuestLinkOptions {
  readonly launch: Launch;
  /** Where the journal's file is made; it has no name there afterwards. */
  readonly journalDir: string;
  /** The guest's temporary directory, where it is one of the machine's. */
  readonly tmpDir?: string | undefined;
  readonly maxFrameBytes: number;
  readonly logger: Logger;
}

/** Standard error kept to tell an exhausted heap from other deaths; more of it is cut off. */
const MAX_STDERR_BYTES = 64 * 1024;
const STDERR_TAIL = 4 * 1024;
/** A guest whose channel closed ends within this, or is ended. */
const LAST_WORDS_MS = 200;
/** A killed guest that holds its descriptors this long is given up on. */
const BURY_MS = 5_000;
/** Starting takes tens of milliseconds, on a machine under load hundreds. */
const SETTLE_MS = 2_000;
const NICE = 10;
const OUT_OF_MEMORY = /heap out of memory|Allocation failed|out of memory/i;

/** A started guest process and its channels. Knows frames, not runs. */
export class GuestLink {
  /** Resolves when the guest can take runs; rejects when it ended before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<GuestEnd>;
  readonly egress: Duplex;
  readonly tmpDir: string | undefined;
  onMessage: (message: GuestMessage, bytes: number) => void = () => {};
  readonly #child: ChildProcess;
  readonly #control: Duplex;
  readonly #journalFd: number;
  readonly #logger: Logger;
  #end: GuestEnd | undefined;
  #isReady = false;
  #isOver = false;
  #isDisposed = false;
  #stderr = '';
  #pid: number | undefined;

  constructor(options: GuestLinkOptions) {
    const { launch } = options;
    this.#logger = options.logger;
    this.tmpDir = options.tmpDir;
    this.#journalFd = openUnnamedFile(options.journalDir);
    const files = launch.files.map((path) => openSync(path, 'r'));
    const user =
      launch.identity === undefined ? {} : { uid: launch.identity, gid: launch.identity };
    try {
      this.#child = spawn(launch.command, [...launch.args], {
        cwd: launch.cwd,
        env: { ...launch.env },
        stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', this.#journalFd, ...files],
        // A group of its own: signals to the guest's group, whoever sends them, must not reach the host.
        detached: true,
        ...user,
      });
    } catch (cause) {
      closeSync(this.#journalFd);
      throw cause;
    } finally {
      for (const file of files) closeSync(file);
    }
    this.#control = this.#child.stdio[CONTROL_FD] as Duplex;
    this.egress = this.#child.stdio[EGRESS_FD] as Duplex;
    const ready = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<GuestEnd>();
    this.ready = ready.promise;
    this.ended = ended.promise;
    this.ready.catch(() => {});
    this.#watchEnd((end) => {
      ready.reject(new Error(this.#describeFailure(end)));
      ended.resolve(end);
    });
    this.#readControl(options.maxFrameBytes, ready.resolve);
    this.#readStderr();
  }

  /** The guest's process number; its launcher's where the machine does not tell. */
  get pid(): number | undefined {
    const launcher = this.#child.pid;
    if (this.#pid === undefined && launcher !== undefined) this.#pid = findGuestPid(launcher);
    return this.#pid ?? launcher;
  }

  get isOver(): boolean {
    return this.#isOver || this.#end !== undefined;
  }

  send(message: HostMessage): void {
    this.sendFrame(encodeFrame(JSON.stringify(message)));
  }

  sendFrame(frame: Buffer): void {
    if (!this.isOver) this.#control.write(frame);
  }

  /** Ends the guest at once. The first reason given stands. */
  kill(end: GuestEnd): void {
    if (this.#isOver || this.#end !== undefined) return;
    this.#end = end;
    if (this.#isReady) this.#child.kill('SIGKILL');
    else this.#killStarting();
    setTimeout(() => this.#finish?.(), BURY_MS).unref();
  }

  /**
   * A launcher that dies while it sets up its child leaves it waiting for ever. So a guest that is
   * starting may come up first, which takes milliseconds; one that does not is killed from the leaves.
   */
  #killStarting(): void {
    void this.ready.then(
      () => this.#child.kill('SIGKILL'),
      () => {},
    );
    const { pid } = this.#child;
    setTimeout(() => {
      if (!this.#isOver && !this.#isReady && pid !== undefined) killTree(pid);
    }, SETTLE_MS).unref();
  }

  /** Bytes that the guest wrote into its journal. Only after it ended. */
  readJournal(): Buffer {
    const bytes = Buffer.alloc(MAX_JOURNAL_BYTES);
    const length = readSync(this.#journalFd, bytes, 0, bytes.length, 0);
    return bytes.subarray(0, length);
  }

  /** Frees what outlives the process. Call once nobody reads the journal any more. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    closeSync(this.#journalFd);
  }

  #finish: (() => void) | undefined;

  #watchEnd(onEnd: (end: GuestEnd) => void): void {
    let exit = 'did not start';
    this.#finish = () => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#control.destroy();
      this.egress.destroy();
      this.#child.stderr?.destroy();
      this.#end ??= this.#explainDeath(exit);
      onEnd(this.#end);
    };
    this.#child.once('error', (error) => {
      exit = error.message;
      this.#finish?.();
    });
    this.#child.once('exit', (code, signal) => {
      exit = signal === null ? `ended with code ${code}` : `ended by ${signal}`;
    });
    // Not at `exit`: the guest under its launcher, and its last words, may come a moment later.
    this.#child.once('close', () => this.#finish?.());
  }

  /** A fault of ours ends this guest too, not the host with all the others; its text goes to the operator. */
  #explainFault(error: unknown): GuestEnd {
    if (error instanceof FrameTooLarge) return { reason: 'output', detail: error.message };
    if (error instanceof ProtocolViolation) return { reason: 'process', detail: error.message };
    this.#logger.error({ err: error }, 'The host failed at a message of a guest');
    return { reason: 'process', detail: 'the host failed at its message' };
  }

  #explainDeath(exit: string): GuestEnd {
    if (OUT_OF_MEMORY.test(this.#stderr))
      return { reason: 'memory', detail: 'the JavaScript heap is exhausted' };
    return { reason: 'process', detail: `the process ${exit}` };
  }

  #describeFailure(end: GuestEnd): string {
    const lastWords = this.#stderr.trim().split('\n').slice(-3).join(' | ');
    return lastWords === '' ? end.detail : `${end.detail}: ${lastWords}`;
  }

  #readControl(maxFrameBytes: number, onReady: () => void): void {
    const reader = new FrameReader(maxFrameBytes, (frame) => {
      const message = parseGuestMessage(parseJson(frame));
      if (message.t !== 'ready') {
        this.onMessage(message, frame.length);
      } else if (this.#isReady) {
        throw new ProtocolViolation('a second ready');
      } else {
        this.#isReady = true;
        this.#lowerPriority();
        onReady();
      }
    });
    this.#control.on('data', (chunk: Buffer) => {
      // One that is to be killed is only listened to until it is ready for it.
      if (this.#isOver || (this.#end !== undefined && this.#isReady)) return;
      try {
        reader.push(chunk);
      } catch (error) {
        this.kill(this.#explainFault(error));
      }
    });
    // A broken pipe is a dead guest; `close` of the process tells.
    this.#control.on('error', () => {});
    this.egress.on('error', () => {});
    // A guest without its channel is of no use. Usually it is dying anyway, and how it ended says more.
    this.#control.once('close', () => {
      setTimeout(() => this.#child.kill('SIGKILL'), LAST_WORDS_MS).unref();
    });
  }

  #readStderr(): void {
    const stderr = this.#child.stderr as Readable;
    let total = 0;
    stderr.on('data', (chunk: Buffer) => {
      total += chunk.length;
      this.#stderr = (this.#stderr + chunk.toString('latin1')).slice(-STDERR_TAIL);
      if (total > MAX_STDERR_BYTES) stderr.destroy();
    });
    stderr.on('error', () => {});
  }

  /** For machines without `nice`; where it ran, this changes nothing. */
  #lowerPriority(): void {
    const { pid } = this;
    if (pid === undefined) return;
    try {
      setPriority(pid, NICE);
    } catch {
      // The process is gone, or belongs to its own user already; its launcher lowered it then.
    }
  }
}

function parseJson(frame: Buffer): unknown {
  try {
    return JSON.parse(frame.toString('utf8'));
  } catch (cause) {
    throw new ProtocolViolation('a frame that is no JSON', { cause });
  }
}

function openUnnamedFile(directory: string): number {
  const path = join(directory, `tessera-journal-${randomUUID()}`);
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return fd;
}
