import type { ResourceServer as Api } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { accessDenied } from '../dialect/dialect-error.ts';
import { hasMultifactor } from '../post-login/multifactor-policy.ts';
import { extensionOf } from './grant-extension.ts';
import type { IssuerScope } from './issuer-scope.ts';
import { requestedAudience } from './requested-audience.ts';
import { toAudience } from './resource-indicator.ts';

/** Audience of a person's own second factors (`/mfa/associate`, `/mfa/authenticators`). */
export const mfaAudience = (issuer: string): string => new URL('mfa/', issuer).href;

/**
 * The API of a person's own second factors. Every tenant has it, no row stands for it, and a row of the same
 * name changes nothing: who holds its token may add and remove factors.
 */
export function createMfaApi(issuer: string): Api {
  return {
    id: 'mfa',
    identifier: mfaAudience(issuer),
    name: 'MFA API',
    scopes: [
      { value: 'enroll', description: 'Set up second factors' },
      { value: 'read:authenticators', description: 'Read your second factors' },
      { value: 'remove:authenticators', description: 'Remove your second factors' },
    ],
    signingAlg: 'RS256',
    tokenLifetimeSeconds: 600,
    tokenLifetimeForWebSeconds: 600,
    tokenDialect: 'access_token',
    allowOfflineAccess: false,
    skipConsentForVerifiableFirstPartyClients: true,
    enforcePolicies: false,
    isSystem: false,
    extra: {},
  };
}

/**
 * Its tokens are for people who have passed a second factor: a password alone must neither add nor remove
 * one. Whichever parameter names it, and under whichever name: by `resource` (RFC 8707) a request can name
 * several APIs, and an indicator may be the inner form of an audience.
 */
export function needsFactorForMfaApi(ctx: KoaContextWithOIDC, scope: IssuerScope): boolean {
  // oidc-provider types it as one text; sent twice, it is a list.
  const resource = ctx.oidc.params?.resource as string | readonly string[] | undefined;
  const named = [requestedAudience(ctx, scope), resource].flat();
  const audience = mfaAudience(scope.issuer);
  return named.some((name) => name !== undefined && toAudience(name) === audience);
}

/** Rejects when such a token is about to be issued for a login without a second factor, however it came to that. */
export function checkMfaApiToken(ctx: KoaContextWithOIDC, { issuer, requests }: IssuerScope): void {
  if (requests.of(ctx).api?.identifier !== mfaAudience(issuer)) return;
  const methods = extensionOf(ctx.oidc.entities.Grant)?.authentication.authenticationMethods ?? [];
  if (!hasMultifactor(methods)) {
    throw accessDenied('A token for second factors needs a login with a second factor.');
  }
}
