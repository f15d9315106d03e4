import type { Logger } from '@tessera/model';
import type { Preload } from '../protocol.ts';
import type { RetireReason } from './pool-stats.ts';
import { isSameSize, type ProcessSize } from './tenant-limits.ts';

/** Something startable that a standby is. */
export interface Standby {
  readonly ready: Promise<void>;
  readonly ended: Promise<unknown>;
  readonly isOver: boolean;
}

export interface StandbyPoolOptions<T extends Standby> {
  readonly start: (size: ProcessSize, preload: Preload) => T;
  /** Ends one that is not needed or did not get ready in time. */
  readonly stop: (standby: T, why: RetireReason) => void;
  /** What most tenants need, and the only size that is kept ready. */
  readonly usualSize: ProcessSize;
  /** Half of them are for code that uses the web; a single one is not. */
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

/** What a process is wanted for: the size must fit, what it has loaded should. */
export interface Demand {
  readonly size: ProcessSize;
  readonly preload: Preload;
}

interface Waiter<T> extends Demand {
  readonly resolve: (standby: T) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Keeps processes ready that belong to nobody. Starts at most `maxStarts` at once, so that a storm of
 * new tenants does not starve the runs under way: the others wait in order, and before any standby is
 * replaced. Waits longer after each failed start.
 */
export class StandbyPool<T extends Standby> {
  readonly #options: StandbyPoolOptions<T>;
  readonly #ready = new Set<T>();
  /** What each of those that were started has loaded. */
  readonly #loaded = new WeakMap<T, Preload>();
  readonly #starting = new Map<T, Demand>();
  readonly #waiters: Waiter<T>[] = [];
  #failures = 0;
  #lastFailure = '';
  #backoff: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: StandbyPoolOptions<T>) {
    this.#options = options;
  }

  get readyCount(): number {
    return this.#ready.size;
  }

  get startingCount(): number {
    return this.#starting.size;
  }

  /**
   * Hands out a ready process for good; one of an unusual size is started first. Rejects when processes
   * cannot be started.
   */
  take(demand: Demand = { size: this.#options.usualSize, preload: 'common' }): Promise<T> {
    if (this.#isClosed) return Promise.reject(new Error('The sandbox is closing.'));
    const standby = this.#isUsual(demand.size) ? this.#findReady(demand.preload) : undefined;
    if (standby !== undefined) {
      this.#ready.delete(standby);
      this.#fillSoon();
      return Promise.resolve(standby);
    }
    if (this.#backoff !== undefined && this.#failures >= FAILURES_BEFORE_REFUSAL) {
      return Promise.reject(new Error(this.#lastFailure));
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ ...demand, resolve, reject });
      this.fill();
    });
  }

  /** One that has loaded what is wanted, or else any: loading the rest is quicker than starting. */
  #findReady(preload: Preload): T | undefined {
    let other: T | undefined;
    for (const candidate of this.#ready) {
      // One that died in this very turn is still there.
      if (candidate.isOver) continue;
      if (this.#loaded.get(candidate) === preload) return candidate;
      other ??= candidate;
    }
    return other;
  }

  /** Takes back one that was handed out and not used. */
  putBack(standby: T, size: ProcessSize = this.#options.usualSize): void {
    if (this.#isClosed) this.#options.stop(standby, 'closing');
    else if (!standby.isOver) this.#offer(standby, size);
  }

  /** Starts what is missing. */
  fill(): void {
    const { maxStarts } = this.#options;
    while (!this.#isClosed && this.#backoff === undefined && this.#starting.size < maxStarts) {
      const demand = this.#findMissing();
      if (demand === undefined) return;
      this.#startOne(demand);
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#backoff);
    for (const standby of [...this.#ready, ...this.#starting.keys()])
      this.#options.stop(standby, 'closing');
    this.#refuseWaiters('The sandbox is closing.');
  }

  /** The run that took the standby would share the processor with the start of the next one. */
  #fillSoon(): void {
    if (this.#ready.size === 0) setImmediate(() => this.fill());
    else setTimeout(() => this.fill(), CALM_MS).unref();
  }

  /** What who waits longest needs and is not being started; then what the stock lacks. */
  #findMissing(): Demand | undefined {
    const { count, usualSize } = this.#options;
    const starting = [...this.#starting.values()];
    for (const { size, preload } of this.#waiters) {
      const place = starting.findIndex((candidate) => isSameSize(candidate.size, size));
      if (place === -1) return { size, preload };
      starting.splice(place, 1);
    }
    const stock = [...this.#ready].map((standby) => this.#loaded.get(standby));
    for (const { size, preload } of starting) if (this.#isUsual(size)) stock.push(preload);
    if (stock.length >= count) return undefined;
    const web = stock.filter((preload) => preload === 'web').length;
    return { size: usualSize, preload: web < Math.floor(count / 2) ? 'web' : 'common' };
  }

  #isUsual(size: ProcessSize): boolean {
    return isSameSize(size, this.#options.usualSize);
  }

  #startOne(demand: Demand): void {
    const { start, stop, startTimeoutMs } = this.#options;
    let standby: T;
    try {
      standby = start(demand.size, demand.preload);
    } catch (error) {
      this.#fail((error as Error).message);
      return;
    }
    this.#starting.set(standby, demand);
    this.#loaded.set(standby, demand.preload);
    const timer = setTimeout(() => stop(standby, 'start'), startTimeoutMs);
    standby.ready.then(
      () => {
        clearTimeout(timer);
        this.#starting.delete(standby);
        this.#failures = 0;
        this.#offer(standby, demand.size);
      },
      (error: Error) => {
        clearTimeout(timer);
        this.#starting.delete(standby);
        this.#fail(error.message);
      },
    );
  }

  #offer(standby: T, size: ProcessSize): void {
    const place = this.#waiters.findIndex((waiter) => isSameSize(waiter.size, size));
    if (standby.isOver) {
      // Whoever waits for it waits for the next one.
    } else if (place !== -1) {
      for (const waiter of this.#waiters.splice(place, 1)) waiter.resolve(standby);
    } else if (this.#isUsual(size)) {
      this.#ready.add(standby);
      void standby.ended.then(() => this.#forget(standby));
    } else {
      this.#options.stop(standby, 'surplus');
    }
    this.fill();
  }

  /** A standby that died while it waited is replaced at once. */
  #forget(standby: T): void {
    if (this.#ready.delete(standby)) this.fill();
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
