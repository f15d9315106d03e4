import { errors, type KoaContextWithOIDC, type ResourceServerInstance } from 'oidc-provider';
import { PROTOCOL_SCOPES } from '../provider/claims.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { requestedAudience } from '../provider/requested-audience.ts';
import { toIndicator } from '../provider/resource-indicator.ts';
import { createResourceIndicators } from '../provider/resource-servers.ts';

/** What the tokens of a direct login are for. */
export interface RequestedAccess {
  /** Absent: the access token opens userinfo only. */
  readonly api?: { readonly indicator: string; readonly resourceServer: ResourceServerInstance };
  readonly scopes: readonly string[];
}

/** Scopes of the protocol that a login without any `scope` has. */
const IMPLIED_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'phone'];

/**
 * Works out API and scopes of a request at the token endpoint. The person must be the request's
 * account already: with RBAC the scopes are theirs.
 */
export async function resolveAccess(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  options: { readonly impliesAllScopes: boolean },
): Promise<RequestedAccess> {
  const { client, provider, params } = ctx.oidc;
  if (client === undefined) throw new Error('a grant without an application');
  const audience = requestedAudience(ctx, scope);
  const indicator = audience === undefined ? undefined : toIndicator(audience);
  const info =
    indicator === undefined
      ? undefined
      : await createResourceIndicators(scope).getResourceServerInfo(ctx, indicator, client);
  const offered = info === undefined ? PROTOCOL_SCOPES : info.scope.split(' ');
  const requested = [...ctx.oidc.requestParamScopes];
  const isUnnamed = requested.length === 0 && options.impliesAllScopes;
  const wanted = isUnnamed
    ? [...IMPLIED_SCOPES, ...offered.filter((name) => !PROTOCOL_SCOPES.includes(name))]
    : requested;
  // Tokens, log and event read it from here.
  if (isUnnamed && params !== undefined) params.scope = wanted.join(' ');
  const scopes = wanted.filter((name) => name !== 'offline_access' || mayRefresh(ctx, scope));
  if (indicator === undefined || info === undefined) return { scopes };
  return {
    api: { indicator, resourceServer: new provider.ResourceServer(indicator, info) },
    scopes,
  };
}

function mayRefresh(ctx: KoaContextWithOIDC, { requests }: IssuerScope): boolean {
  const isAllowed = ctx.oidc.client?.grantTypeAllowed('refresh_token') === true;
  return isAllowed && requests.of(ctx).isOnlineOnly !== true;
}

/** Refuses a request that names what this endpoint cannot do. */
export function refuseOrganization(ctx: KoaContextWithOIDC): void {
  const { organization } = ctx.oidc.body ?? {};
  if (organization !== undefined && organization !== '') {
    throw new errors.InvalidRequest('organizations are not offered');
  }
}
