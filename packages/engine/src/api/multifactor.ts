import type { PostLoginAPI } from '@tessera/action-types';
import { string } from '../commands/rules.ts';
import type { GroupContext } from './api-context.ts';
import { readArgument, readObject, readOptions, wrongArgument } from './read-argument.ts';
import { boolean, oneOf } from './simple-rules.ts';
import { refuseCall } from './unavailable.ts';

const method = 'multifactor.enable';
const provider = oneOf('none', 'any', 'guardian', 'google-authenticator', 'duo');

/**
 * `api.multifactor`: refuses the login, see `refuseCall`. But `none`, which lifts what was asked for
 * before, is honoured: nothing can have been asked for.
 */
export function createMultifactor(
  context: GroupContext<PostLoginAPI>,
): PostLoginAPI['multifactor'] {
  return {
    enable: (given: unknown, options?: unknown) => {
      if (given === 'none') {
        checkOptions(options);
        return context.api();
      }
      return refuseCall(context, method, () => {
        readArgument(given, provider, [method, 'provider']);
        checkOptions(options);
      });
    },
  };
}

function checkOptions(value: unknown): void {
  const { allowRememberBrowser, providerOptions } = readOptions(value, [method, 'options']);
  if (allowRememberBrowser !== undefined) {
    readArgument(allowRememberBrowser, boolean, [method, 'options.allowRememberBrowser']);
  }
  if (providerOptions === undefined) return;
  const given = readObject(providerOptions, [method, 'options.providerOptions']);
  for (const member of ['host', 'ikey', 'skey', 'username']) {
    if (member === 'username' && given.username === undefined) continue;
    if (!string.accepts(given[member])) {
      const place = [method, `options.providerOptions.${member}`] as const;
      throw wrongArgument(place, string.demand, given[member]);
    }
  }
}
