import type { PostLoginAPI } from '@tessera/action-types';
import { text } from '../commands/rules.ts';
import {
  cookieMode,
  epochMs,
  sessionMetadataKey,
  sessionMetadataValue,
} from '../commands/session-rules.ts';
import { boolean } from '../commands/simple-rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readArgument, readOptional, readOptions } from './read-argument.ts';

/** `api.session`. */
export function createSession(context: GroupContext<PostLoginAPI>): PostLoginAPI['session'] {
  const setMode = 'session.setCookieMode';
  return {
    ...createLifetime(context, 'session'),
    revoke: (reason: unknown, options?: unknown) => revokeSession(context, reason, options),
    setCookieMode: (mode: unknown) =>
      recordCall(context, setMode, () => ({
        method: setMode,
        args: [readArgument(mode, cookieMode, [setMode, 'mode'])],
      })),
  };
}

function revokeSession(
  context: GroupContext<PostLoginAPI>,
  reason: unknown,
  options: unknown,
): PostLoginAPI {
  const method = 'session.revoke';
  return recordCall(context, method, () => {
    const taken = readArgument(reason, text, [method, 'reason']);
    const given = readOptions(options, [method, 'options']);
    const preserveRefreshTokens =
      readOptional(given.preserveRefreshTokens, boolean, [
        method,
        'options.preserveRefreshTokens',
      ]) ?? false;
    return { method, args: [taken, { preserveRefreshTokens }] };
  });
}

/** `api.refreshToken`. */
export function createRefreshToken(
  context: GroupContext<PostLoginAPI>,
): PostLoginAPI['refreshToken'] {
  const revoke = 'refreshToken.revoke';
  return {
    ...createLifetime(context, 'refreshToken'),
    revoke: (reason: unknown) =>
      recordCall(context, revoke, () => ({
        method: revoke,
        args: [readArgument(reason, text, [revoke, 'reason'])],
      })),
  };
}

function createLifetime(context: GroupContext<PostLoginAPI>, group: 'session' | 'refreshToken') {
  const setTime = (name: 'setExpiresAt' | 'setIdleExpiresAt', argument: string) => {
    const method = `${group}.${name}` as const;
    return (value: unknown) =>
      recordCall(context, method, () => ({
        method,
        args: [Math.floor(readArgument(value, epochMs, [method, argument]))],
      }));
  };
  const set = `${group}.setMetadata` as const;
  const remove = `${group}.deleteMetadata` as const;
  const evict = `${group}.evictMetadata` as const;
  return {
    setExpiresAt: setTime('setExpiresAt', 'absolute'),
    setIdleExpiresAt: setTime('setIdleExpiresAt', 'inactivity'),
    setMetadata: (key: unknown, value: unknown) =>
      recordCall(context, set, () => ({
        method: set,
        args: [
          readArgument(key, sessionMetadataKey, [set, 'key']),
          readArgument(value, sessionMetadataValue, [set, 'value']),
        ],
      })),
    deleteMetadata: (key: unknown) =>
      recordCall(context, remove, () => ({
        method: remove,
        args: [readArgument(key, sessionMetadataKey, [remove, 'key'])],
      })),
    evictMetadata: () => recordCall(context, evict, () => ({ method: evict, args: [] })),
  };
}
