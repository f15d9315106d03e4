import type { JsonObject, JsonValue, TenantStore } from '@tessera/model';
import { isJsonObject } from '../json/clone-json.ts';
import type { ActionCache, CacheScope } from './action-cache.ts';
import { answerMembership } from './answer-membership.ts';
import type { HostCall } from './host-call.ts';

/** What answers are taken from. */
export interface HostCallSources {
  readonly cache: ActionCache;
  readonly scope: CacheScope;
  /** Of the tenant whose action asks. */
  readonly store: Pick<TenantStore, 'roles' | 'groups'>;
  /** As the platform built it: whose roles and groups are read is in it, and never in the question. */
  readonly event: JsonObject;
}

/**
 * Answers what `api` cannot answer inside the sandbox. Rejects every method it does not know and
 * arguments that `api` does not send: the guest is not believed.
 */
export async function answerHostCall(
  sources: HostCallSources,
  call: HostCall,
): Promise<JsonValue | undefined> {
  if (call.method.startsWith('cache.')) return answerCache(sources, call);
  return answerMembership(sources, call);
}

function answerCache(
  { cache, scope }: HostCallSources,
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
