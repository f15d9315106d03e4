import type { ValidationAPI } from '@tessera/action-types';
import { errorCode, text } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readArgument } from './read-argument.ts';

const method = 'validation.error';

/** `api.validation`. */
export function createValidation<Api>(context: GroupContext<Api>): ValidationAPI<Api> {
  return {
    error: (code: unknown, message: unknown) =>
      recordCall(context, method, () => ({
        method,
        args: [
          readArgument(code, errorCode, [method, 'errorCode']),
          readArgument(message, text, [method, 'errorMessage']),
        ],
      })),
  };
}
