import type { CacheAPI, CacheEntry, CacheWriteResult } from '@tessera/action-types';
import type { JsonValue } from '@tessera/model';
import { type Rule, string } from '../commands/rules.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { withoutUndefined } from '../json/without-undefined.ts';
import type { ApiContext } from './api-context.ts';
import { readArgument, readOptional, readOptions } from './read-argument.ts';

const LATE: CacheWriteResult = Object.freeze({ type: 'error', code: 'handler_finished' });

/** A time or a duration in milliseconds. The host judges whether it is in the future. */
const milliseconds: Rule<number> = {
  demand: 'must be a finite number of milliseconds',
  accepts: (value): value is number => Number.isFinite(value),
};

/** `api.cache`: asks the host, which keeps the entries of the tenant and trigger. */
export function createCache({ recorder, environment }: ApiContext): CacheAPI {
  return {
    get: async (key: unknown) => {
      const taken = readArgument(key, string, ['cache.get', 'key']);
      if (!recorder.isOpen('cache.get')) return undefined;
      return toEntry(await environment.callHost('cache.get', [taken]));
    },
    set: async (key: unknown, value: unknown, options?: unknown) => {
      const method = 'cache.set';
      const given = readOptions(options, [method, 'options']);
      const args = [
        readArgument(key, string, [method, 'key']),
        readArgument(value, string, [method, 'value']),
        withoutUndefined({
          ttl: readOptional(given.ttl, milliseconds, [method, 'options.ttl']),
          expires_at: readOptional(given.expires_at, milliseconds, [method, 'options.expires_at']),
        }),
      ];
      if (!recorder.isOpen(method)) return LATE;
      return toWriteResult(await environment.callHost(method, args));
    },
    delete: async (key: unknown) => {
      const taken = readArgument(key, string, ['cache.delete', 'key']);
      if (!recorder.isOpen('cache.delete')) return LATE;
      return toWriteResult(await environment.callHost('cache.delete', [taken]));
    },
  };
}

function toEntry(answer: JsonValue | undefined): CacheEntry | undefined {
  if (!isJsonObject(answer)) return undefined;
  return { value: String(answer.value), expires_at: Number(answer.expires_at) };
}

/** The host's answer is our own; only its type is unknown here. */
function toWriteResult(answer: JsonValue | undefined): CacheWriteResult {
  return answer as unknown as CacheWriteResult;
}
