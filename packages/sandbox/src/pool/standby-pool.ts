import type { Logger } from '@tessera/model';

/** Something startable that a standby is. */
export interface Standby {
  readonly ready: Promise<void>;
  readonly ended: Promise<unknown>;
  readonly isOver: boolean;
}

export interface StandbyPoolOptions<T extends Standby> {
  readonly start: () => T;
  /** Ends one that is not needed or did not get ready in time. */
  readonly stop: (standby: T, why: string) => void;
  readonly count: number;
  readonly maxStarts: number;
  readonly startTimeoutMs: number;
  readonly logger: Logger;
}

/** After this many failures in a row nobody is kept waiting. */
const FAILURES_BEFORE_REFUSAL = 3;
const FIRST_BACKOFF_MS = 100;
/** Longer than a first run takes; shorter than new tenants usually follow one another. */
const CALM_MS = 30;
const MAX_BACKOFF_MS = 30_000;

interface Waiter<T> {
  readonly resolve: (standby: T) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Keeps processes ready that belong to nobody. Starts at most `maxStarts` at once, so that a storm of
 * new tenants does not starve the runs under way, and waits longer after each failed start.
 */
export class StandbyPool<T extends Standby> {
  readonly #options: StandbyPoolOptions<T>;
  readonly #ready: T[] = [];
  readonly #starting = new Set<T>();
  readonly #waiters: Waiter<T>[] = [];
  #failures = 0;
  #lastFailure = '';
  #backoff: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: StandbyPoolOptions<T>) {
    this.#options = options;
  }

  get readyCount(): number {
    return this.#ready.length;
  }

  /** Hands out a ready process for good. Rejects when processes cannot be started. */
  take(): Promise<T> {
    if (this.#isClosed) return Promise.reject(new Error('The sandbox is closing.'));
    // One that died in this very turn is still in the list.
    const standby = this.#ready.find((candidate) => !candidate.isOver);
    if (standby !== undefined) this.#ready.splice(this.#ready.indexOf(standby), 1);
    if (standby !== undefined) {
      this.#fillSoon();
      return Promise.resolve(standby);
    }
    if (this.#backoff !== undefined && this.#failures >= FAILURES_BEFORE_REFUSAL) {
      return Promise.reject(new Error(this.#lastFailure));
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.fill();
    });
  }

  /** Takes back one that was handed out and not used. */
  putBack(standby: T): void {
    if (this.#isClosed) this.#options.stop(standby, 'closing');
    else if (!standby.isOver) this.#offer(standby);
  }

  /** Starts what is missing. */
  fill(): void {
    const { count, maxStarts } = this.#options;
    while (
      !this.#isClosed &&
      this.#backoff === undefined &&
      this.#starting.size < maxStarts &&
      this.#ready.length + this.#starting.size < count + this.#waiters.length
    ) {
      this.#startOne();
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#backoff);
    for (const standby of [...this.#ready, ...this.#starting])
      this.#options.stop(standby, 'closing');
    this.#refuseWaiters('The sandbox is closing.');
  }

  /** The run that took the standby would share the processor with the start of the next one. */
  #fillSoon(): void {
    if (this.#ready.length === 0) setImmediate(() => this.fill());
    else setTimeout(() => this.fill(), CALM_MS).unref();
  }

  #startOne(): void {
    const { start, stop, startTimeoutMs } = this.#options;
    let standby: T;
    try {
      standby = start();
    } catch (error) {
      this.#fail((error as Error).message);
      return;
    }
    this.#starting.add(standby);
    const timer = setTimeout(
      () => stop(standby, `not ready within ${startTimeoutMs} ms`),
      startTimeoutMs,
    );
    standby.ready.then(
      () => {
        clearTimeout(timer);
        this.#starting.delete(standby);
        this.#failures = 0;
        this.#offer(standby);
      },
      (error: Error) => {
        clearTimeout(timer);
        this.#starting.delete(standby);
        this.#fail(error.message);
      },
    );
  }

  #offer(standby: T): void {
    if (standby.isOver) {
      this.fill();
      return;
    }
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve(standby);
    } else {
      this.#ready.push(standby);
      void standby.ended.then(() => this.#forget(standby));
    }
    this.fill();
  }

  /** A standby that died while it waited is replaced at once. */
  #forget(standby: T): void {
    const index = this.#ready.indexOf(standby);
    if (index === -1) return;
    this.#ready.splice(index, 1);
    this.fill();
  }

  #fail(message: string): void {
    if (this.#isClosed) return;
    this.#failures += 1;
    this.#lastFailure = message;
    const delayMs = Math.min(FIRST_BACKOFF_MS * 2 ** (this.#failures - 1), MAX_BACKOFF_MS);
    this.#options.logger.error(
      { reason: message, failures: this.#failures, retryInMs: delayMs },
      'A sandbox process did not start',
    );
    if (this.#failures >= FAILURES_BEFORE_REFUSAL) this.#refuseWaiters(message);
    clearTimeout(this.#backoff);
    this.#backoff = setTimeout(() => {
      this.#backoff = undefined;
      this.fill();
    }, delayMs);
    this.#backoff.unref();
  }

  #refuseWaiters(message: string): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(new Error(message));
  }
}
