import type { PostLoginAPI } from '@tessera/action-types';
import { identifier } from '../commands/rules.ts';
import { readArgument } from './read-argument.ts';

/** `api.rules`: what came before actions does not exist here, so nothing was executed. */
export const RULES: PostLoginAPI['rules'] = Object.freeze({
  wasExecuted: (ruleId: unknown) => {
    readArgument(ruleId, identifier, ['rules.wasExecuted', 'ruleId']);
    return false;
  },
});
