import type { KoaContextWithOIDC } from 'oidc-provider';
import { cookieAttributes, isSecureIssuer } from '../provider/cookies.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';

/** Bytes of randomness that name a browser for good. */
const DEVICE_ID_BYTES = 18;
/** How long a browser that is not used keeps its name, days: the longest that a tenant may remember it. */
const COOKIE_DAYS = 365;

/**
 * The browser's lasting name, by which its persons recognise it. Nobody else can set it (`__Host-`), no
 * script reads it, and storage has its keyed hash only. It proves nothing by itself: a password, and what
 * is stored of this person in this browser, come on top.
 */
export function findDeviceId(ctx: KoaContextWithOIDC, scope: IssuerScope): string | undefined {
  const value = ctx.cookies.get(cookieName(scope.issuer), { signed: false });
  return value !== undefined && /^[\w-]{24}$/.test(value) ? value : undefined;
}

/** Names the browser, or prolongs the name that it has. */
export function keepDeviceId(ctx: KoaContextWithOIDC, scope: IssuerScope): string {
  const id =
    findDeviceId(ctx, scope) ??
    Buffer.from(scope.randomBytes(DEVICE_ID_BYTES)).toString('base64url');
  ctx.cookies.set(cookieName(scope.issuer), id, {
    ...cookieAttributes(scope.issuer),
    path: '/',
    signed: false,
    overwrite: true,
    maxAge: COOKIE_DAYS * 86_400_000,
  });
  return id;
}

function cookieName(issuer: string): string {
  return isSecureIssuer(issuer) ? '__Host-tessera_device' : 'tessera_device';
}
