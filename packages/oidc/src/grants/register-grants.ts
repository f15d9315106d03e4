import type Provider from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { GRANTS } from './grant-table.ts';

/** Adds our grant types to the token endpoint. Which of them an application may use is its setting. */
export function registerGrants(provider: Provider, scope: IssuerScope): void {
  for (const grant of GRANTS) {
    provider.registerGrantType(
      grant.name,
      async (ctx) => {
        const answer = await grant.answer(ctx, scope);
        // An error with members of its own: thrown ones cannot carry any.
        if ('error' in answer) {
          ctx.status = 403;
          scope.requests.of(ctx).isFactorRequired = true;
        }
        ctx.body = answer;
      },
      grant.parameters,
    );
  }
}
