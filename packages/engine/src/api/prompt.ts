import type { PostLoginAPI } from '@tessera/action-types';
import { identifier } from '../commands/rules.ts';
import type { GroupContext } from './api-context.ts';
import { readArgument, readOptions } from './read-argument.ts';
import { refuseCall } from './unavailable.ts';

const method = 'prompt.render';

/** `api.prompt`: refuses the login, see `refuseCall`. */
export function createPrompt(context: GroupContext<PostLoginAPI>): PostLoginAPI['prompt'] {
  return {
    render: (promptId: unknown, promptOptions?: unknown) =>
      refuseCall(context, method, () => {
        readArgument(promptId, identifier, [method, 'promptId']);
        const { fields, vars } = readOptions(promptOptions, [method, 'promptOptions']);
        readOptions(fields, [method, 'promptOptions.fields']);
        readOptions(vars, [method, 'promptOptions.vars']);
      }),
  };
}
