import { type ActionCache, createActionCache } from '@tessera/engine';
import { beforeEach, describe, expect, test } from 'vitest';
import { NOW_MS } from './support/guest.ts';

const SCOPE = { tenantId: 't1', triggerId: 'post-login' };
const MINUTE = 60_000;

describe('createActionCache()', () => {
  let nowMs = NOW_MS;
  let cache: ActionCache;
  const clock = { now: () => new Date(nowMs) };
  const set = (key: string, value = 'v') => cache.set(SCOPE, { key, value });

  beforeEach(() => {
    nowMs = NOW_MS;
    cache = createActionCache(clock);
  });

  test('keeps a value for 15 minutes unless told otherwise', () => {
    expect(set('a')).toEqual({ type: 'success' });
    expect(cache.get(SCOPE, 'a')).toEqual({ value: 'v', expires_at: NOW_MS + 15 * MINUTE });
    nowMs += 15 * MINUTE;
    expect(cache.get(SCOPE, 'a')).toBeUndefined();
  });

  const ends: [name: string, write: { ttlMs?: number; expiresAtMs?: number }, endMs: number][] = [
    ['ttl', { ttlMs: MINUTE }, NOW_MS + MINUTE],
    ['expires_at', { expiresAtMs: NOW_MS + 2 * MINUTE }, NOW_MS + 2 * MINUTE],
    ['the earlier of both', { ttlMs: MINUTE, expiresAtMs: NOW_MS + 2 * MINUTE }, NOW_MS + MINUTE],
    ['24 hours at most', { ttlMs: 48 * 60 * MINUTE }, NOW_MS + 24 * 60 * MINUTE],
  ];
  test.for(ends)('ends by %s', ([, write, endMs]) => {
    cache.set(SCOPE, { key: 'a', value: 'v', ...write });
    expect(cache.get(SCOPE, 'a')?.expires_at).toBe(endMs);
  });

  test.for([0, -1])('refuses a value with %s ms to live', (ttlMs) => {
    expect(cache.set(SCOPE, { key: 'a', value: 'v', ttlMs })).toEqual({
      type: 'error',
      code: 'already_expired',
    });
  });

  test('refuses keys over 64 bytes and values over 4 kB, counted in UTF-8', () => {
    expect(set('é'.repeat(32))).toEqual({ type: 'success' });
    expect(set('é'.repeat(33))).toEqual({ type: 'error', code: 'key_too_long' });
    expect(set('a', '😀'.repeat(1_024))).toEqual({ type: 'success' });
    expect(set('a', `${'😀'.repeat(1_024)}.`)).toEqual({ type: 'error', code: 'value_too_long' });
  });

  test('keeps 20 entries and drops the oldest', () => {
    for (let at = 0; at < 21; at += 1) set(`k${at}`);
    expect(cache.get(SCOPE, 'k0')).toBeUndefined();
    expect(cache.get(SCOPE, 'k1')).toBeDefined();
    set('k1');
    set('k21');
    expect(cache.get(SCOPE, 'k1')).toBeDefined();
    expect(cache.get(SCOPE, 'k2')).toBeUndefined();
  });

  test('keeps 8 kB and drops the oldest', () => {
    for (const key of ['a', 'b', 'c']) set(key, 'x'.repeat(3_000));
    expect(cache.get(SCOPE, 'a')).toBeUndefined();
    expect(cache.get(SCOPE, 'c')).toBeDefined();
  });

  test('separates tenants and triggers', () => {
    set('a');
    expect(cache.get({ ...SCOPE, tenantId: 't2' }, 'a')).toBeUndefined();
    expect(cache.get({ ...SCOPE, triggerId: 'credentials-exchange' }, 'a')).toBeUndefined();
    // Names that would meet if they were only strung together.
    cache.set({ tenantId: 'x', triggerId: 'y","z' }, { key: 'a', value: 'v' });
    expect(cache.get({ tenantId: 'x","y', triggerId: 'z' }, 'a')).toBeUndefined();
  });

  test('takes "__proto__" for a key like any other', () => {
    expect(cache.get(SCOPE, '__proto__')).toBeUndefined();
    set('__proto__');
    expect(cache.get(SCOPE, '__proto__')?.value).toBe('v');
  });

  test('delete() removes a key, and succeeds without one', () => {
    set('a');
    expect(cache.delete(SCOPE, 'a')).toEqual({ type: 'success' });
    expect(cache.delete(SCOPE, 'a')).toEqual({ type: 'success' });
    expect(cache.get(SCOPE, 'a')).toBeUndefined();
  });

  test('gives up the scope that was not used for longest', () => {
    cache = createActionCache(clock, { maxScopes: 2 });
    const scope = (tenantId: string) => ({ tenantId, triggerId: 'post-login' });
    for (const tenantId of ['t1', 't2']) cache.set(scope(tenantId), { key: 'a', value: 'v' });
    cache.get(scope('t1'), 'a');
    cache.set(scope('t3'), { key: 'a', value: 'v' });
    expect(cache.get(scope('t1'), 'a')).toBeDefined();
    expect(cache.get(scope('t3'), 'a')).toBeDefined();
    expect(cache.get(scope('t2'), 'a')).toBeUndefined();
  });
});
