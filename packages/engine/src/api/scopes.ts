import type { CredentialsExchangeAPI } from '@tessera/action-types';
import { scope, scopes } from '../commands/rules.ts';
import { type GroupContext, recordCall } from './api-context.ts';
import { readArgument, readJson } from './read-argument.ts';

/** A method that takes one scope. */
export function createScopeMethod<Api>(
  context: GroupContext<Api>,
  method:
    | 'accessToken.addScope'
    | 'accessToken.removeScope'
    | 'transaction.addTargetScope'
    | 'transaction.removeTargetScope',
): (scope: string) => Api {
  return (value: unknown) =>
    recordCall(context, method, () => ({
      method,
      args: [readArgument(value, scope, [method, 'scope'])],
    }));
}

/** `api.transaction` of credentials-exchange: the scopes that the token is to get. */
export function createTargetScopes(
  context: GroupContext<CredentialsExchangeAPI>,
): CredentialsExchangeAPI['transaction'] {
  const set = 'transaction.setTargetScopes';
  const clear = 'transaction.clearTargetScopes';
  return {
    addTargetScope: createScopeMethod(context, 'transaction.addTargetScope'),
    removeTargetScope: createScopeMethod(context, 'transaction.removeTargetScope'),
    setTargetScopes: (values: unknown) =>
      recordCall(context, set, () => {
        const list = Array.isArray(values) ? readJson(values, [set, 'scopes']) : values;
        return { method: set, args: [readArgument(list, scopes, [set, 'scopes'])] };
      }),
    clearTargetScopes: () => recordCall(context, clear, () => ({ method: clear, args: [] })),
  };
}
