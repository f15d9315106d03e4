import type { ResourceServer as Api } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from './issuer-scope.ts';
import { requestedAudience } from './requested-audience.ts';

/** Audience of a person's own second factors (`/mfa/authenticators`). */
export const mfaAudience = (issuer: string): string => new URL('mfa/', issuer).href;

/**
 * The API of a person's own second factors. Every tenant has it, no row stands for it, and a row of the same
 * name changes nothing: who holds its token may remove factors.
 */
export function createMfaApi(issuer: string): Api {
  return {
    id: 'mfa',
    identifier: mfaAudience(issuer),
    name: 'MFA API',
    scopes: [
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

/** Its tokens are for people who have passed a second factor: a password alone must not remove them. */
export function needsFactorForMfaApi(ctx: KoaContextWithOIDC, scope: IssuerScope): boolean {
  return requestedAudience(ctx, scope) === mfaAudience(scope.issuer);
}
