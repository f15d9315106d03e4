import { AppError } from '@tessera/model';

export interface GroupCommitOptions<Item> {
  /** Writes all items in one statement; resolves when they are durable. */
  write(items: readonly Item[]): Promise<void>;
  /** Items in one statement at most (default 500). */
  readonly maxItems?: number;
  /** Items waiting at most (default 20,000); further ones are refused. */
  readonly maxWaiting?: number;
}

const DEFAULT_MAX_ITEMS = 500;
const DEFAULT_MAX_WAITING = 20_000;

interface Waiting<Item> {
  readonly item: Item;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Commits what many callers write together: all of one tick, and all that arrive while a commit runs.
 * One statement and one fsync then serve them all, and waiting for durability costs little under load.
 */
export class GroupCommit<Item> {
  readonly #write: (items: readonly Item[]) => Promise<void>;
  readonly #maxItems: number;
  readonly #maxWaiting: number;
  #waiting: Waiting<Item>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: GroupCommitOptions<Item>) {
    this.#write = (items) => options.write(items);
    this.#maxItems = options.maxItems ?? DEFAULT_MAX_ITEMS;
    this.#maxWaiting = options.maxWaiting ?? DEFAULT_MAX_WAITING;
  }

  /** Resolves when the item is durable. Rejects when it could not be written; others are not affected. */
  add(item: Item): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      return Promise.reject(
        new AppError('database_unavailable', 'Too many writes are waiting for the database.', {
          detail: `limit ${this.#maxWaiting}`,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when nothing is waiting any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #drain(): Promise<void> {
    // Everything that this tick adds joins the first commit.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, this.#maxItems);
      this.#waiting = this.#waiting.slice(this.#maxItems);
      await this.#commit(batch);
    }
    this.#running = undefined;
  }

  /** Settles every member of the batch; never rejects. */
  async #commit(batch: readonly Waiting<Item>[]): Promise<void> {
    try {
      await this.#write(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const isAlone = batch.length === 1;
      if (isAlone || (error instanceof AppError && error.code === 'database_unavailable')) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // One item that the database refuses must not fail the others.
      for (const waiting of batch) await this.#commit([waiting]);
    }
  }
}
