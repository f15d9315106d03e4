import type { DirectLoginContext, DirectLogins } from '@tessera/model';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { publicMembers } from '../http/public-members.ts';
import { createRequestFacts } from '../http/request-facts.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { getApplication } from './login-connection.ts';

/** In whose name `DirectLogins` works: passwords and codes of the request are not part of it. */
export async function createDirectLoginContext(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
): Promise<DirectLoginContext> {
  const { context } = scope.requests.of(ctx);
  return {
    tenant: context.tenant,
    store: scope.store,
    baseUrl: context.baseUrl,
    client: await getApplication(scope, ctx),
    request: createRequestFacts(ctx, context, { body: publicMembers(ctx.oidc.body ?? {}) }),
  };
}

/** Rejects where programs log nobody in. */
export function getDirectLogins({ directLogins }: IssuerScope): DirectLogins {
  if (directLogins === undefined) throw new errors.UnsupportedGrantType();
  return directLogins;
}
