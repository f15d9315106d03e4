/** A value that was found in the cache. */
export interface CacheEntry {
  readonly value: string;
  /** Epoch milliseconds after which it is gone. */
  readonly expires_at: number;
}

/** Whether the cache took a change. */
export type CacheWriteResult =
  | { readonly type: 'success' }
  /** `code` is one of `CacheErrorCode`. */
  | { readonly type: 'error'; readonly code: CacheErrorCode };

/** Why the cache refused a change. */
export type CacheErrorCode =
  /** The key is longer than 64 bytes. */
  | 'key_too_long'
  /** The value is longer than 4 kB. */
  | 'value_too_long'
  /** `ttl` or `expires_at` is not in the future. */
  | 'already_expired'
  /** The handler had already finished. */
  | 'handler_finished';

/** How long the cache may keep a value. With both members given, the earlier end counts. */
export interface CacheSetOptions {
  /** Epoch milliseconds. At most 24 hours ahead. */
  readonly expires_at?: number;
  /** Milliseconds from now. Default 15 minutes, at most 24 hours. */
  readonly ttl?: number;
}

/**
 * Keeps small texts between runs of the same trigger, e.g. an access token of a back end.
 *
 * At most 20 entries and 8 kB in all: the oldest make room. An entry can vanish before its time,
 * so always be ready to compute it again.
 */
export interface CacheAPI {
  /** Resolves to `undefined` when the key is unknown or its time is over. */
  get(key: string): Promise<CacheEntry | undefined>;
  /**
   * @param key At most 64 bytes.
   * @param value At most 4 kB.
   */
  set(key: string, value: string, options?: CacheSetOptions): Promise<CacheWriteResult>;
  /** Succeeds also when there was no such key. */
  delete(key: string): Promise<CacheWriteResult>;
}
