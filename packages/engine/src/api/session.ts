import type { PostLoginAPI } from '@tessera/action-types';
import { memberName, string, text } from '../commands/rules.ts';
import type { GroupContext } from './api-context.ts';
import { readArgument, readOptional, readOptions } from './read-argument.ts';
import { boolean, finiteNumber, oneOf } from './simple-rules.ts';
import { refuseCall } from './unavailable.ts';

const cookieMode = oneOf('persistent', 'non-persistent');

/** `api.session`: refuses the login, see `refuseCall`. */
export function createSession(context: GroupContext<PostLoginAPI>): PostLoginAPI['session'] {
  return {
    ...createLifetime(context, 'session'),
    revoke: (reason: unknown, options?: unknown) => {
      const method = 'session.revoke';
      return refuseCall(context, method, () => {
        readArgument(reason, text, [method, 'reason']);
        const { preserveRefreshTokens } = readOptions(options, [method, 'options']);
        readOptional(preserveRefreshTokens, boolean, [method, 'options.preserveRefreshTokens']);
      });
    },
    setCookieMode: (mode: unknown) => {
      const method = 'session.setCookieMode';
      return refuseCall(context, method, () => {
        readArgument(mode, cookieMode, [method, 'mode']);
      });
    },
  };
}

/** `api.refreshToken`: refuses the login, see `refuseCall`. */
export function createRefreshToken(
  context: GroupContext<PostLoginAPI>,
): PostLoginAPI['refreshToken'] {
  return {
    ...createLifetime(context, 'refreshToken'),
    revoke: (reason: unknown) => {
      const method = 'refreshToken.revoke';
      return refuseCall(context, method, () => {
        readArgument(reason, text, [method, 'reason']);
      });
    },
  };
}

function createLifetime(context: GroupContext<PostLoginAPI>, group: 'session' | 'refreshToken') {
  const setTime = (name: string, argument: string) => (value: unknown) => {
    const method = `${group}.${name}`;
    return refuseCall(context, method, () => {
      readArgument(value, finiteNumber, [method, argument]);
    });
  };
  return {
    setExpiresAt: setTime('setExpiresAt', 'absolute'),
    setIdleExpiresAt: setTime('setIdleExpiresAt', 'inactivity'),
    setMetadata: (key: unknown, value: unknown) => {
      const method = `${group}.setMetadata`;
      return refuseCall(context, method, () => {
        readArgument(key, memberName, [method, 'key']);
        readArgument(value, string, [method, 'value']);
      });
    },
    deleteMetadata: (key: unknown) => {
      const method = `${group}.deleteMetadata`;
      return refuseCall(context, method, () => {
        readArgument(key, memberName, [method, 'key']);
      });
    },
    evictMetadata: () => refuseCall(context, `${group}.evictMetadata`, () => {}),
  };
}
