import type { Dictionary } from './json.ts';

/** What a token for another site is made of. */
export interface EncodeTokenOptions {
  /** Shared with the other site; at least 1 character, better 32 random ones. */
  readonly secret: string;
  /** Members of the token; `iss`, `sub`, `ip`, `iat` and `exp` are the platform's and win. */
  readonly payload: { readonly [claim: string]: unknown };
  /** Default 900. */
  readonly expiresInSeconds?: number;
}

/** Where the token that came back is, and what it is signed with. */
export interface ValidateTokenOptions {
  readonly secret: string;
  /** Name of the parameter in query or body of `/continue`. Default `session_token`. */
  readonly tokenParameterName?: string;
}

/** Sends the person to another site in the middle of the flow. */
export interface RedirectAPI<Api> {
  /**
   * Suspends the flow after this action. The browser goes to `url` with `query` and a `state`,
   * which the site sends back to `/continue`; this action's `onContinue...` handler goes on there.
   * Of several calls in one action the last one counts.
   *
   * @param url Absolute, `https:` or `http:`. With `query` at most 8 kB.
   * @param options Members of `query` are text; `state` is the platform's.
   */
  sendUserTo(url: string, options?: { readonly query?: { readonly [name: string]: string } }): Api;
  /** A signed token (JWT, HS256) that tells the site who the person is: `sub`, `ip`, and `payload`. */
  encodeToken(options: EncodeTokenOptions): string;
  /**
   * Claims of the token that the site sent back. Only in the `onContinue...` handler.
   *
   * @throws When it is absent, expired, wrongly signed, or made for another `state`.
   */
  validateToken(options: ValidateTokenOptions): Dictionary;
}
