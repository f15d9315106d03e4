import type { StoreChange } from '@tessera/model';
import { LruMap } from './lru-map.ts';

export interface EntityCacheOptions {
  /** Entries at most, of all tenants and kinds (default 20,000). */
  readonly maxEntries?: number;
  /** Age at which an entry is read anew although nobody told of a change, in ms (default 60,000). */
  readonly maxAgeMs?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

const DEFAULT_MAX_ENTRIES = 20_000;
/** Short enough to bound what a lost notification can do; long enough to cost nothing. */
const DEFAULT_MAX_AGE_MS = 60_000;
/** Changes remembered before all older entries are dropped at once. */
const MAX_REMEMBERED_CHANGES = 10_000;

interface Entry {
  readonly value: unknown;
  readonly epoch: number;
  readonly readAt: number;
}

/** Where an entry belongs. `tenantId` is empty for what is looked up before the tenant is known. */
export interface CacheKey {
  readonly tenantId: string;
  readonly kind: StoreChange['kind'];
  readonly key: string;
}

/**
 * Entities as they were read last. A change of a kind in a tenant makes all its entries stale at once,
 * also those whose reading is under way: a reading that began before the change is never kept.
 */
export class EntityCache {
  readonly #entries: LruMap<Entry>;
  readonly #changes = new Map<string, number>();
  readonly #maxAgeMs: number;
  readonly #now: () => number;
  #epoch = 0;
  #floor = 0;

  constructor(options: EntityCacheOptions = {}) {
    this.#entries = new LruMap(options.maxEntries ?? DEFAULT_MAX_ENTRIES);
    this.#maxAgeMs = options.maxAgeMs ?? DEFAULT_MAX_AGE_MS;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * Returns the entry, or reads it. What is not there (`undefined`) is not remembered: strangers who
   * ask for made-up names could push everything else out.
   */
  async read<T>(at: CacheKey, load: () => Promise<T>): Promise<T> {
    const id = `${at.kind}\n${at.tenantId}\n${at.key}`;
    const known = this.#entries.get(id);
    if (known !== undefined && this.#isFresh(known, at)) return known.value as T;
    const epoch = this.#epoch;
    const readAt = this.#now();
    const value = await load();
    if (value !== undefined) this.#entries.set(id, { value, epoch, readAt });
    return value;
  }

  invalidate({ tenantId, kind }: StoreChange): void {
    this.#epoch += 1;
    if (this.#changes.size >= MAX_REMEMBERED_CHANGES) {
      this.clear();
      return;
    }
    this.#changes.set(`${kind}\n${tenantId}`, this.#epoch);
    this.#changes.set(`${kind}\n`, this.#epoch);
  }

  clear(): void {
    this.#epoch += 1;
    this.#floor = this.#epoch;
    this.#changes.clear();
    this.#entries.clear();
  }

  #isFresh(entry: Entry, { tenantId, kind }: CacheKey): boolean {
    const changed = Math.max(this.#floor, this.#changes.get(`${kind}\n${tenantId}`) ?? 0);
    return entry.epoch >= changed && this.#now() - entry.readAt < this.#maxAgeMs;
  }
}
