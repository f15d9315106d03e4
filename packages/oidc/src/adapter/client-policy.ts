import type { Client, RefreshTokenPolicy } from '@tessera/model';

/**
 * Settings of an application that oidc-provider has no member for, but asks about in synchronous
 * callbacks. It travels as one member of the client's metadata.
 */
export interface ClientPolicy {
  readonly isFirstParty: boolean;
  /** Origins that may call the protocol's endpoints from scripts. */
  readonly origins: readonly string[];
  readonly idTokenLifetimeSeconds: number;
  readonly refreshToken: RefreshTokenPolicy;
}

/** Name of the metadata member. */
export const CLIENT_POLICY = 'tessera_policy';

export function createClientPolicy(client: Client): ClientPolicy {
  const origins = [...client.allowedOrigins, ...client.webOrigins, ...client.callbacks];
  return {
    isFirstParty: client.isFirstParty,
    origins: [...new Set(origins.map(toWebOrigin).filter((origin) => origin !== undefined))],
    idTokenLifetimeSeconds: client.idTokenLifetimeSeconds,
    refreshToken: client.refreshToken,
  };
}

/** The policy of a client that the adapter made. */
export function policyOf(client: { readonly [key: string]: unknown }): ClientPolicy {
  return client[CLIENT_POLICY] as ClientPolicy;
}

/** Custom schemes have the opaque origin `null`, which any sandboxed frame has too. */
function toWebOrigin(url: string): string | undefined {
  const parsed = URL.parse(url);
  return parsed?.protocol === 'https:' || parsed?.protocol === 'http:' ? parsed.origin : undefined;
}
