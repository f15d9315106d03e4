import type { Configuration } from 'oidc-provider';
import type { IssuerScope } from './issuer-scope.ts';

/**
 * Names of the protocol's cookies. All are for one host alone: none has a `Domain`. `__Host-` keeps other
 * hosts of the domain from planting the session of somebody else (RFC 6265bis, 4.1.3.2); browsers take it
 * over TLS only, and for whole hosts, while the other two belong to a path and to a browser that is bound.
 */
const namesFor = (issuer: string) =>
  ({
    session: isSecureIssuer(issuer) ? '__Host-tessera' : 'tessera',
    interaction: 'tessera_interaction',
    resume: 'tessera_resume',
  }) as const;

/** True when the tenant is served over TLS. Plain http is for development on one's own machine. */
export function isSecureIssuer(issuer: string): boolean {
  return issuer.startsWith('https:');
}

/**
 * Attributes of cookies. Silent authentication runs in a frame of another site, which needs
 * `SameSite=None`; browsers accept that over TLS only, so plain http gets `Lax`.
 */
export function cookieAttributes(issuer: string) {
  const isSecure = isSecureIssuer(issuer);
  return { httpOnly: true, secure: isSecure, sameSite: isSecure ? 'none' : 'lax' } as const;
}

export function createCookies({
  issuer,
  keys,
}: IssuerScope): NonNullable<Configuration['cookies']> {
  const attributes = { ...cookieAttributes(issuer), signed: true };
  return {
    names: namesFor(issuer),
    long: attributes,
    short: attributes,
    // Keygrip hands them to `createHmac`, which takes key objects too; the types know bytes only.
    keys: [keys.cookie as unknown as Buffer],
  };
}
