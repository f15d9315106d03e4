import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isSameSecret, type RandomBytes, type RequestContext } from '@tessera/model';

/**
 * Cross-site request forgery: a form carries a token that is signed for the browser's cookie, the
 * tenant and the transaction's `state`; and the browser itself must not say that the request comes
 * from elsewhere.
 *
 * The cookie is `SameSite=Lax`, not `Strict`: people arrive from applications on other sites, and a
 * second tab must find the first one's cookie.
 */
export interface CsrfProtection {
  /** The browser's cookie value, its own or a new one; `setCookie` is the header for a new one. */
  openBrowser(headers: IncomingHttpHeaders): { readonly id: string; readonly setCookie?: string };
  /** True for a browser that has our cookie. */
  isKnownBrowser(headers: IncomingHttpHeaders): boolean;
  /** Token for a form shown to the browser. */
  issue(context: RequestContext, browserId: string, state: string): string;
  /** True when the form was shown by us to this browser for this transaction. */
  check(
    context: RequestContext,
    headers: IncomingHttpHeaders,
    form: { readonly state: string; readonly token: string },
  ): boolean;
}

const BROWSER_ID_BYTES = 32;
const BROWSER_ID = /^[A-Za-z0-9_-]{43}$/;

export function createCsrfProtection(options: {
  readonly secret: Uint8Array;
  readonly secureCookies: boolean;
  readonly randomBytes: RandomBytes;
}): CsrfProtection {
  const { secureCookies, randomBytes } = options;
  // A key of its own: the secret may serve other purposes too.
  const key = createHmac('sha256', options.secret).update('universal-login csrf v1').digest();
  // `__Host-` keeps other hosts of the domain from planting a cookie; browsers take it over TLS only.
  const cookieName = secureCookies ? '__Host-tessera_csrf' : 'tessera_csrf';
  const readCookie = (headers: IncomingHttpHeaders) => {
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const id = pairs
      .find((pair) => pair.startsWith(`${cookieName}=`))
      ?.slice(cookieName.length + 1);
    return id !== undefined && BROWSER_ID.test(id) ? id : undefined;
  };
  const sign = (context: RequestContext, browserId: string, state: string) =>
    createHmac('sha256', key)
      .update(JSON.stringify([context.tenant.id, browserId, state]))
      .digest();
  return {
    openBrowser(headers) {
      const known = readCookie(headers);
      if (known !== undefined) return { id: known };
      const id = Buffer.from(randomBytes(BROWSER_ID_BYTES)).toString('base64url');
      const secure = secureCookies ? '; Secure' : '';
      const setCookie = `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax${secure}`;
      return { id, setCookie };
    },
    isKnownBrowser: (headers) => readCookie(headers) !== undefined,
    issue: (context, browserId, state) => sign(context, browserId, state).toString('base64url'),
    check(context, headers, { state, token }) {
      const browserId = readCookie(headers);
      if (browserId === undefined || !comesFromOurPage(context, headers)) return false;
      return isSameSecret(Buffer.from(token, 'base64url'), sign(context, browserId, state));
    },
  };
}

/**
 * Our pages send no referrer, so browsers post their forms with `Origin: null`; `Sec-Fetch-Site` says
 * more. Where neither is sent (plain HTTP away from localhost, older browsers) the token decides.
 */
function comesFromOurPage(context: RequestContext, headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin } = headers;
  return origin === undefined || origin === 'null' || origin === new URL(context.baseUrl).origin;
}
