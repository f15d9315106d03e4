import type { ResourceServer } from '@tessera/model';
import type {
  AccessToken,
  ClientCredentials,
  Configuration,
  JWTStructured,
  KoaContextWithOIDC,
  UnknownObject,
} from 'oidc-provider';
import { runCredentialsExchange } from '../credentials-exchange/run-credentials-exchange.ts';
import { applyScopeEffects, type TokenEffects } from '../post-login/token-effects.ts';
import { actorOf, effectsFor } from './grant-extension.ts';
import type { IssuerScope } from './issuer-scope.ts';
import { checkMfaApiToken } from './mfa-api.ts';
import { userinfoAudience } from './requested-audience.ts';

type Token = AccessToken | ClientCredentials;

/**
 * Custom claims of an access token, and its final scope.
 *
 * Runs while the token is saved, before anything of it is stored or answered; a rejection refuses
 * the request. Opaque tokens are stored with the scope they had before, hence a copy in `extra`.
 */
export function createExtraTokenClaims(
  scope: IssuerScope,
): NonNullable<Configuration['extraTokenClaims']> {
  return async (ctx, token) => {
    if (token.kind === 'ClientCredentials') await runCredentialsExchange(ctx, scope);
    else checkMfaApiToken(ctx, scope);
    const asked = effectsFor(ctx, scope);
    const actor = actorOf(ctx);
    if (asked === undefined) return actor;
    const effects = scope.requests.of(ctx).api?.isSystem === true ? forSystemApi(asked) : asked;
    const finalScope = applyScopeEffects(token.scope, effects);
    if (finalScope === undefined) delete token.scope;
    else token.scope = finalScope;
    return { ...effects.accessTokenClaims, ...actor, scope: finalScope ?? '' };
  };
}

/**
 * Scopes of the tenant's own APIs rule the tenant: an Action's author must not be able to hand them to
 * whoever logs in. Nor may a bare claim there pass for one of ours.
 */
function forSystemApi(effects: TokenEffects): TokenEffects {
  const claims = Object.entries(effects.accessTokenClaims).filter(([name]) => URL.canParse(name));
  return { ...effects, addedScopes: [], accessTokenClaims: Object.fromEntries(claims) };
}

/** Shapes JWT access tokens in the dialect of their API. */
export function createJwtCustomizer(
  scope: IssuerScope,
): (ctx: KoaContextWithOIDC, token: Token, jwt: JWTStructured) => void {
  return (ctx, token, jwt) => {
    const { api, permissions } = scope.requests.of(ctx);
    if (api === undefined) throw new Error('a JWT access token without an API');
    const isRfc9068 = api.tokenDialect.startsWith('rfc9068_profile');
    const { payload } = jwt;
    jwt.header = { typ: isRfc9068 ? 'at+jwt' : 'JWT' };
    setOrDelete(payload, 'scope', token.scope);
    setOrDelete(payload, 'permissions', permissionsFor(api, permissions));
    payload.aud = audienceFor(api, token.scope, scope.issuer);
    if (token.kind === 'ClientCredentials') payload.sub = `${token.clientId}@clients`;
    if (isRfc9068) return;
    delete payload.jti;
    delete payload.client_id;
    if (token.kind === 'ClientCredentials') payload.gty = 'client-credentials';
    else if (token.gty.startsWith('password')) payload.gty = 'password';
    payload.azp = token.clientId;
  };
}

/** With `openid` granted the token opens userinfo too; its keys verify no HS256 token. */
function audienceFor(api: ResourceServer, scope: string | undefined, issuer: string) {
  const opensUserinfo = api.signingAlg === 'RS256' && scope?.split(' ').includes('openid');
  return opensUserinfo ? [api.identifier, userinfoAudience(issuer)] : api.identifier;
}

function permissionsFor(
  api: ResourceServer,
  permissions: readonly string[] | undefined,
): readonly string[] | undefined {
  return api.enforcePolicies && api.tokenDialect.endsWith('_authz')
    ? (permissions ?? [])
    : undefined;
}

function setOrDelete(payload: UnknownObject, name: string, value: unknown): void {
  if (value === undefined || value === '') delete payload[name];
  else payload[name] = value;
}
