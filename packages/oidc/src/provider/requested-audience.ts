import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from './issuer-scope.ts';
import { OWN_ROUTES } from './routes.ts';

/** Longest `audience`; the management API stores no longer identifier. */
const MAX_AUDIENCE_LENGTH = 600;

/**
 * The API a request is for: its `audience`, else the tenant's default. Undefined for none, and for
 * the userinfo endpoint, which every token with `openid` is good for anyway.
 */
export function requestedAudience(
  ctx: KoaContextWithOIDC,
  { issuer, requests }: IssuerScope,
): string | undefined {
  // oidc-provider keeps only parameters it knows of each grant, hence the body itself.
  const source = isMachineGrant(ctx) ? ctx.oidc.body : ctx.oidc.params;
  const audience = source?.audience;
  if (audience === undefined || audience === '') {
    const { defaultAudience } = requests.of(ctx).context.tenant.settings;
    return defaultAudience === '' ? undefined : defaultAudience;
  }
  if (typeof audience !== 'string') {
    throw new errors.InvalidRequest("'audience' parameter must not be provided twice");
  }
  if (audience.length > MAX_AUDIENCE_LENGTH) {
    throw new errors.InvalidRequest(`audience is longer than ${MAX_AUDIENCE_LENGTH} characters`);
  }
  return audience === userinfoAudience(issuer) ? undefined : audience;
}

export function isMachineGrant(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.route === 'token' && ctx.oidc.params?.grant_type === 'client_credentials';
}

/** `aud` of tokens that the userinfo endpoint accepts. */
export function userinfoAudience(issuer: string): string {
  return new URL(OWN_ROUTES.userinfo, issuer).href;
}
