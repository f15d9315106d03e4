import type { Scope } from '@tessera/api-contract';
import { createObjectId, type NewResourceServer, type RandomBytes } from '@tessera/model';

/** Lifetimes of tokens for an API of the server itself, in seconds. */
const TOKEN_LIFETIME = 86_400;
const WEB_TOKEN_LIFETIME = 7_200;

/** An API that the server itself is: it cannot be changed or deleted, its scopes come from the contract. */
export const systemResourceServer = (
  randomBytes: RandomBytes,
  api: { readonly identifier: string; readonly name: string; readonly scopes: readonly Scope[] },
): NewResourceServer => ({
  id: createObjectId(randomBytes),
  identifier: api.identifier,
  name: api.name,
  scopes: api.scopes,
  signingAlg: 'RS256',
  tokenLifetimeSeconds: TOKEN_LIFETIME,
  tokenLifetimeForWebSeconds: WEB_TOKEN_LIFETIME,
  tokenDialect: 'access_token',
  allowOfflineAccess: false,
  skipConsentForVerifiableFirstPartyClients: false,
  enforcePolicies: false,
  isSystem: true,
  extra: {},
});
