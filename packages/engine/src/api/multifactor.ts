import type { PostLoginAPI } from '@tessera/action-types';
import type { JsonValue } from '@tessera/model';
import { identifier } from '../commands/rules.ts';
import { multifactorProvider } from '../commands/session-rules.ts';
import { boolean } from '../commands/simple-rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readArgument, readObject, readOptional, readOptions } from './read-argument.ts';

const method = 'multifactor.enable';

/** `api.multifactor`. */
export function createMultifactor(
  context: GroupContext<PostLoginAPI>,
): PostLoginAPI['multifactor'] {
  return {
    enable: (given: unknown, options?: unknown) =>
      recordCall(context, method, () => {
        const provider = readArgument(given, multifactorProvider, [method, 'provider']);
        const read = readOptions(options, [method, 'options']);
        const allowRememberBrowser = readOptional(read.allowRememberBrowser, boolean, [
          method,
          'options.allowRememberBrowser',
        ]);
        checkProviderOptions(read.providerOptions);
        return {
          method,
          args: [provider, { allowRememberBrowser: allowRememberBrowser ?? false }],
        };
      }),
  };
}

/** They hold a secret key of a service that is not reached from here, so they are not recorded. */
function checkProviderOptions(value: JsonValue | undefined): void {
  if (value === undefined) return;
  const given = readObject(value, [method, 'options.providerOptions']);
  for (const member of ['host', 'ikey', 'skey']) {
    readArgument(given[member], identifier, [method, `options.providerOptions.${member}`]);
  }
  readOptional(given.username, identifier, [method, 'options.providerOptions.username']);
}
