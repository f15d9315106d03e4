import type { SigningKey } from '@tessera/model';
import type { Configuration, JWK } from 'oidc-provider';
import { CLIENT_POLICY, policyOf } from '../adapter/client-policy.ts';
import { createAdapter } from '../adapter/create-adapter.ts';
import type { BrowserBinding } from '../browser-binding.ts';
import { checkRefresh } from '../post-login/check-refresh.ts';
import { createExtraTokenClaims, createJwtCustomizer } from './access-tokens.ts';
import { createFindAccount } from './accounts.ts';
import { CLAIMS_BY_SCOPE, PROTOCOL_SCOPES } from './claims.ts';
import { createCookies } from './cookies.ts';
import { createExtraParams } from './extra-params.ts';
import { createFeatures } from './features.ts';
import { createLoadGrant } from './grants.ts';
import type { IssuerScope } from './issuer-scope.ts';
import { createLifetimes } from './lifetimes.ts';
import { createInteractions } from './policy.ts';
import { createRenderError } from './render-error.ts';
import { PROVIDER_ROUTES } from './routes.ts';

/** The whole configuration of a tenant's provider. */
export function createConfiguration(
  scope: IssuerScope,
  parts: { readonly signingKeys: readonly SigningKey[]; readonly browsers: BrowserBinding },
): Configuration {
  return {
    adapter: createAdapter(scope),
    routes: PROVIDER_ROUTES,
    jwks: { keys: parts.signingKeys.map(toJwk) },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'HS256'] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    extraClientMetadata: { properties: [CLIENT_POLICY] },
    responseTypes: ['code', 'id_token', 'code id_token'],
    scopes: PROTOCOL_SCOPES,
    claims: {
      ...Object.fromEntries(Object.entries(CLAIMS_BY_SCOPE).map(([name, of]) => [name, [...of]])),
      acr: null,
      sid: null,
      auth_time: null,
      iss: null,
    },
    // The profile is in the ID token, not at userinfo alone.
    conformIdTokenClaims: false,
    cookies: createCookies(scope),
    ttl: createLifetimes(scope),
    features: createFeatures(scope),
    interactions: createInteractions(scope, parts.browsers),
    extraParams: createExtraParams(scope),
    findAccount: createFindAccount(scope),
    loadExistingGrant: createLoadGrant(scope),
    // Tokens outlive the session: logging out of a browser does not cut an application off its API.
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    rotateRefreshToken: (ctx) => checkRefresh(ctx, scope),
    extraTokenClaims: createExtraTokenClaims(scope),
    formats: { customizers: { jwt: createJwtCustomizer(scope) } },
    clientBasedCORS: (_ctx, origin, client) => policyOf(client).origins.includes(origin),
    renderError: createRenderError(scope),
  };
}

/** Tokens are signed with the first; the others verify what was signed before, or will be. */
function toJwk({ kid, alg, privateJwk }: SigningKey): JWK {
  return { ...privateJwk, kid, alg, use: 'sig' } as unknown as JWK;
}
