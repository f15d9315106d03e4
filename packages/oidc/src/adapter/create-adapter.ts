import type { AdapterFactory } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { createClientAdapter } from './client-adapter.ts';
import { createModelAdapter } from './model-adapter.ts';

/** Storage of a provider: applications from their repository, everything else as protocol models. */
export function createAdapter(scope: IssuerScope): AdapterFactory {
  return (model) =>
    model === 'Client' ? createClientAdapter(scope.store) : createModelAdapter(model, scope);
}
