import type { SessionCookieMode } from '../event/session.ts';

/** Members shared by sessions and refresh tokens. */
interface TokenLifetimeAPI<Api> {
  /**
   * Ends it at this time at the latest.
   *
   * @param absolute Epoch milliseconds.
   */
  setExpiresAt(absolute: number): Api;
  /**
   * Ends it at this time unless it is used before.
   *
   * @param inactivity Epoch milliseconds.
   */
  setIdleExpiresAt(inactivity: number): Api;
  setMetadata(key: string, value: string): Api;
  deleteMetadata(key: string): Api;
  /** Removes all metadata. */
  evictMetadata(): Api;
}

/** The single sign-on session. Lifetimes can only be shortened; the earliest of several wins. */
export interface SessionAPI<Api> extends TokenLifetimeAPI<Api> {
  /** Ends the session and refuses the login. */
  revoke(reason: string, options?: { readonly preserveRefreshTokens?: boolean }): Api;
  setCookieMode(mode: SessionCookieMode): Api;
}

/** The refresh token. Lifetimes can only be shortened; the earliest of several wins. */
export interface RefreshTokenAPI<Api> extends TokenLifetimeAPI<Api> {
  /** Ends the refresh token and refuses the login. */
  revoke(reason: string): Api;
}
