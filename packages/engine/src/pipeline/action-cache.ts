import type { CacheEntry, CacheWriteResult } from '@tessera/action-types';
import type { Clock } from '@tessera/model';
import { utf8Length } from '../json/utf8-length.ts';
import {
  CACHE_DEFAULT_LIFETIME_MS,
  CACHE_KEY_MAX_BYTES,
  CACHE_MAX_BYTES,
  CACHE_MAX_ENTRIES,
  CACHE_MAX_LIFETIME_MS,
  CACHE_MAX_SCOPES,
  CACHE_VALUE_MAX_BYTES,
} from '../limits.ts';

/** Whose entries: one trigger of one tenant never sees those of another. */
export interface CacheScope {
  readonly tenantId: string;
  readonly triggerId: string;
}

/** A text to keep. Of two ends the earlier counts. */
export interface CacheWrite {
  readonly key: string;
  readonly value: string;
  readonly ttlMs?: number;
  readonly expiresAtMs?: number;
}

/** What is behind `api.cache`. */
export interface ActionCache {
  get(scope: CacheScope, key: string): CacheEntry | undefined;
  set(scope: CacheScope, write: CacheWrite): CacheWriteResult;
  delete(scope: CacheScope, key: string): CacheWriteResult;
}

interface StoredEntry extends CacheEntry {
  readonly bytes: number;
}

const SUCCESS: CacheWriteResult = { type: 'success' };

/**
 * A cache in the memory of this process: another replica has its own, and a restart empties it, as
 * authors must expect of a cache. Within a scope the oldest entries make room; among scopes the one
 * that was not used for longest.
 */
export function createActionCache(
  clock: Clock,
  { maxScopes = CACHE_MAX_SCOPES }: { readonly maxScopes?: number } = {},
): ActionCache {
  const scopes = new Map<string, Map<string, StoredEntry>>();

  function openScope({ tenantId, triggerId }: CacheScope): Map<string, StoredEntry> {
    const name = JSON.stringify([tenantId, triggerId]);
    const entries = scopes.get(name) ?? new Map<string, StoredEntry>();
    // To the end of the order in which scopes are given up.
    scopes.delete(name);
    scopes.set(name, entries);
    const [longestUnused] = scopes.keys();
    if (scopes.size > maxScopes && longestUnused !== undefined) scopes.delete(longestUnused);
    return entries;
  }

  return {
    get(scope, key) {
      const entries = openScope(scope);
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.expires_at <= clock.now().getTime()) {
        entries.delete(key);
        return undefined;
      }
      return { value: entry.value, expires_at: entry.expires_at };
    },
    set(scope, write) {
      const keyBytes = utf8Length(write.key);
      if (keyBytes > CACHE_KEY_MAX_BYTES) return { type: 'error', code: 'key_too_long' };
      const valueBytes = utf8Length(write.value);
      if (valueBytes > CACHE_VALUE_MAX_BYTES) return { type: 'error', code: 'value_too_long' };
      const nowMs = clock.now().getTime();
      const expiresAt = findExpiry(write, nowMs);
      if (expiresAt <= nowMs) return { type: 'error', code: 'already_expired' };
      const entries = openScope(scope);
      entries.delete(write.key);
      const bytes = keyBytes + valueBytes;
      entries.set(write.key, { value: write.value, expires_at: expiresAt, bytes });
      makeRoom(entries);
      return SUCCESS;
    },
    delete(scope, key) {
      openScope(scope).delete(key);
      return SUCCESS;
    },
  };
}

function findExpiry({ ttlMs, expiresAtMs }: CacheWrite, nowMs: number): number {
  const ends = [nowMs + CACHE_MAX_LIFETIME_MS];
  if (ttlMs !== undefined) ends.push(nowMs + ttlMs);
  if (expiresAtMs !== undefined) ends.push(expiresAtMs);
  if (ends.length === 1) ends.push(nowMs + CACHE_DEFAULT_LIFETIME_MS);
  return Math.min(...ends);
}

/** Drops the oldest entries until the limits hold. The newest alone always fits. */
function makeRoom(entries: Map<string, StoredEntry>): void {
  let bytes = 0;
  for (const entry of entries.values()) bytes += entry.bytes;
  for (const [key, entry] of entries) {
    if (entries.size <= CACHE_MAX_ENTRIES && bytes <= CACHE_MAX_BYTES) return;
    entries.delete(key);
    bytes -= entry.bytes;
  }
}
