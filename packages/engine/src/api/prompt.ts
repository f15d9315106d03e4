import type { PromptAPI } from '@tessera/action-types';
import { formValues } from '../commands/form-rules.ts';
import { identifier } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readArgument, readOptions } from './read-argument.ts';

const method = 'prompt.render';

/** `api.prompt`. */
export function createPrompt<Api>(context: GroupContext<Api>): PromptAPI<Api> {
  return {
    render: (promptId: unknown, promptOptions?: unknown) =>
      recordCall(context, method, () => {
        const form = readArgument(promptId, identifier, [method, 'promptId']);
        const given = readOptions(promptOptions, [method, 'promptOptions']);
        const values = {
          fields: readOptions(given.fields, [method, 'promptOptions.fields']),
          vars: readOptions(given.vars, [method, 'promptOptions.vars']),
        };
        return {
          method,
          args: [form, readArgument(values, formValues, [method, 'promptOptions'])],
        };
      }),
  };
}
