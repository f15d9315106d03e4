import { createHash } from 'node:crypto';
import { isSameSecret, type RandomBytes } from '@tessera/model';
import { cookieAttributes, isSecureIssuer } from './provider/cookies.ts';

/** Bytes of randomness that name a browser. */
const BROWSER_ID_BYTES = 18;

interface CookieContext {
  readonly headers: { readonly cookie?: string | undefined };
  readonly cookies: {
    set(name: string, value: string, options: object): unknown;
  };
}

/**
 * Ties what begins in one browser to that browser: a login page, a suspended login, a consent form.
 * Without it somebody could begin a login, have someone else complete it by a link, and find
 * themselves logged in as them.
 *
 * The browser has a random name in a cookie of its own host; what is stored has the name's hash.
 */
export class BrowserBinding {
  readonly #issuer: string;
  readonly #randomBytes: RandomBytes;
  readonly #cookieName: string;

  constructor(issuer: string, randomBytes: RandomBytes) {
    this.#issuer = issuer;
    this.#randomBytes = randomBytes;
    // `__Host-`: no other host, not even a subdomain, can plant this cookie (RFC 6265bis, 4.1.3.2).
    this.#cookieName = isSecureIssuer(issuer) ? '__Host-tessera_browser' : 'tessera_browser';
  }

  /** Names the browser if it has no name yet; returns what to store. */
  bind(ctx: CookieContext): string {
    const known = this.#read(ctx.headers.cookie);
    const name = known ?? Buffer.from(this.#randomBytes(BROWSER_ID_BYTES)).toString('base64url');
    if (known === undefined) {
      ctx.cookies.set(this.#cookieName, name, {
        ...cookieAttributes(this.#issuer),
        path: '/',
        signed: false,
        overwrite: true,
      });
    }
    return hash(name);
  }

  /** True when a request with this `Cookie` header comes from the browser that was bound. */
  isBound(cookieHeader: string | undefined, stored: unknown): boolean {
    const name = this.#read(cookieHeader);
    if (name === undefined || typeof stored !== 'string') return false;
    return isSameSecret(hash(name), stored);
  }

  /** True when the request shows any browser name. */
  isNamed(cookieHeader: string | undefined): boolean {
    return this.#read(cookieHeader) !== undefined;
  }

  #read(cookieHeader: string | undefined): string | undefined {
    const prefix = `${this.#cookieName}=`;
    const pair = cookieHeader?.split(/; */).find((part) => part.startsWith(prefix));
    const value = pair?.slice(prefix.length);
    return value !== undefined && /^[\w-]{24}$/.test(value) ? value : undefined;
  }
}

function hash(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}
