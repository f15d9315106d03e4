import type { SessionCookieMode } from '../event/session.ts';

/** Members shared by sessions and refresh tokens. */
interface TokenLifetimeAPI<Api> {
  /**
   * Ends it at this time at the latest.
   *
   * @param absolute Milliseconds since 1970. A time that has passed ends it at once.
   */
  setExpiresAt(absolute: number): Api;
  /**
   * Ends it at this time unless it is used before.
   *
   * @param inactivity Milliseconds since 1970.
   */
  setIdleExpiresAt(inactivity: number): Api;
  /**
   * Keeps a text with it; later logins see it in `event`. At most 25 keys.
   *
   * @param key At most 255 characters.
   * @param value At most 255 characters.
   */
  setMetadata(key: string, value: string): Api;
  /** Removes one text; succeeds also when there was no such key. */
  deleteMetadata(key: string): Api;
  /** Removes all texts. */
  evictMetadata(): Api;
}

/** The single sign-on session. Lifetimes can only be shortened; the earliest of several wins. */
export interface SessionAPI<Api> extends TokenLifetimeAPI<Api> {
  /**
   * Ends the session and refuses the login. Later actions do not run.
   *
   * @param reason Shown to the application as `error_description`; never put secrets here.
   * @param options `preserveRefreshTokens`: the session's refresh tokens live on. Default false.
   */
  revoke(reason: string, options?: { readonly preserveRefreshTokens?: boolean }): Api;
  /** Whether the session's cookie outlives the browser window. The last call counts. */
  setCookieMode(mode: SessionCookieMode): Api;
}

/** The refresh token. Lifetimes can only be shortened; the earliest of several wins. */
export interface RefreshTokenAPI<Api> extends TokenLifetimeAPI<Api> {
  /**
   * Ends the refresh token and refuses the login. Later actions do not run.
   *
   * @param reason Shown to the application as `error_description`; never put secrets here.
   */
  revoke(reason: string): Api;
}
