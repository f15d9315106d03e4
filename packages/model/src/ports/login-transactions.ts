import type { Connection } from '../entities/connection.ts';
import type { RequestContext } from './http.ts';

/** A browser's authorization request that waits for the person to log in. */
export interface LoginTransaction {
  /** Opaque; in the page's URL and form. */
  readonly state: string;
  readonly clientId: string;
  /** Parameters of the authorization request that shape the page. */
  readonly loginHint?: string;
  readonly screenHint?: string;
  readonly connection?: string;
  readonly uiLocales?: string;
  readonly prompt?: string;
  /** Where the application wants answers; for "back to the application" links. */
  readonly redirectUri?: string;
  /** The whole authorization request's query, as Actions see it. */
  readonly query: Readonly<Record<string, string>>;
}

/** Who logged in at a page, and how. */
export interface CompletedLogin {
  readonly userId: string;
  readonly connection: Connection;
  readonly at: Date;
  /** As `event.authentication.methods[].name` has it. Default `pwd`. */
  readonly method?: 'pwd' | 'passkey' | 'email' | 'sms' | 'federated';
  /** The identity that authenticated, when it is not the user's first in the connection (linked accounts). */
  readonly identityUserId?: string;
}

/** How the pages reach the protocol; implemented by `oidc`. */
export interface LoginTransactions {
  /** Undefined when unknown, expired, already used, or not waiting for a login. */
  find(context: RequestContext, state: string): Promise<LoginTransaction | undefined>;
  /**
   * Says who logged in. Returns the URL that continues the authorization; only the browser that
   * started it can use that. Rejects with `transaction_invalid` like `find` returns undefined.
   */
  complete(context: RequestContext, state: string, login: CompletedLogin): Promise<string>;
  /** Ends the transaction with an error to the application; returns the URL to continue at. */
  fail(
    context: RequestContext,
    state: string,
    error: { readonly error: string; readonly errorDescription: string },
  ): Promise<string>;
}

/** What a person sees who activates a device. Forms post `xsrf` and `user_code` to `/activate`. */
export type DevicePage =
  /** Asks for the code that the device shows. */
  | {
      readonly kind: 'code';
      readonly csrfToken: string;
      readonly userCode?: string;
      /** What was wrong with the last try. */
      readonly problem?: 'missing' | 'unknown' | 'expired' | 'used';
    }
  /** Asks whether it is the person's own device: posts `confirm` or `abort`. */
  | {
      readonly kind: 'confirm';
      readonly csrfToken: string;
      readonly userCode: string;
      readonly clientName: string;
    }
  | { readonly kind: 'done'; readonly clientName: string }
  /** The person refused, or may not log in. */
  | { readonly kind: 'denied' }
  /** The form is an old one, or another browser's. */
  | { readonly kind: 'gone' }
  /** Too many wrong codes. */
  | { readonly kind: 'blocked' };

/** Pages that the protocol shows by itself; implemented by `universal-login`. All return whole HTML documents. */
export interface PageRenderer {
  error(
    context: RequestContext,
    page: {
      readonly error: string;
      /** In English; shown as it is unless the page's language has its own words for `reason` or `error`. */
      readonly description: string;
      /** What happened, more exactly than `error` says it: `callback-mismatch`, `unknown-client`, ... */
      readonly reason?: string;
      readonly traceId?: string;
    },
  ): Promise<string>;
  loggedOut(context: RequestContext): Promise<string>;
  /** Asks whether to log out. `formHtml` is the protocol's own form with id `op.logoutForm`. */
  confirmLogout(context: RequestContext, formHtml: string): Promise<string>;
  /** Asks a person to grant scopes to a third-party application. The form posts to `submitUrl`. */
  consent(
    context: RequestContext,
    page: {
      readonly state: string;
      readonly submitUrl: string;
      readonly clientName: string;
      readonly userName: string;
      readonly scopes: readonly { readonly value: string; readonly description?: string }[];
      readonly csrfToken: string;
      /** Languages that the application asked for. */
      readonly uiLocales?: string | undefined;
    },
  ): Promise<string>;
  /** A step of activating a device that has no browser (RFC 8628). */
  device(context: RequestContext, page: DevicePage): Promise<string>;
  /** Headers that go with every page: Content-Security-Policy and its companions. */
  headers(context: RequestContext): Readonly<Record<string, string>>;
}
