import type { JsonValue } from '@tessera/model';
import { isJsonObject } from '../json/clone-json.ts';
import type { ActionCache, CacheScope } from './action-cache.ts';

/** A question that a guest asks during its run. */
export interface HostCall {
  readonly method: string;
  readonly args: readonly JsonValue[];
}

/**
 * Answers what `api` cannot answer inside the sandbox. Throws for every method it does not know and
 * for arguments that `api` does not send: the guest is not believed.
 */
export function answerHostCall(
  cache: ActionCache,
  scope: CacheScope,
  { method, args }: HostCall,
): JsonValue | undefined {
  const [key, value, options] = args;
  switch (method) {
    case 'cache.get': {
      const entry = cache.get(scope, expectText(key, method));
      return entry && { value: entry.value, expires_at: entry.expires_at };
    }
    case 'cache.set': {
      const { ttl, expires_at: expiresAt } = isJsonObject(options) ? options : {};
      const result = cache.set(scope, {
        key: expectText(key, method),
        value: expectText(value, method),
        ...(typeof ttl === 'number' && { ttlMs: ttl }),
        ...(typeof expiresAt === 'number' && { expiresAtMs: expiresAt }),
      });
      return { ...result };
    }
    case 'cache.delete':
      return { ...cache.delete(scope, expectText(key, method)) };
    default:
      throw new Error('The sandbox asked for something that the host does not offer');
  }
}

function expectText(value: JsonValue | undefined, method: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`The sandbox called ${method} with wrong arguments`);
}
