import type { Connection, LoginStepAnswer, RequestFacts, User } from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import type { PasswordHasher } from '../password-hasher.ts';
import type { ResetRequest } from './request-reset.ts';
import type { ResetDone, ResetPhase } from './reset-session.ts';
import type { ResetLink } from './reset-tickets.ts';

/** A reset as its browser finds it. */
export interface ResetView {
  readonly state: string;
  readonly phase: ResetPhase;
  /** Whose it is: where the account is linked, the user whom it is linked to. */
  readonly user: User;
  readonly connection: Connection;
  readonly clientId?: string;
  readonly uiLocales?: string;
}

/** A browser that goes through a reset; `id` is its cookie. */
export interface ResetBrowser {
  readonly id: string | undefined;
  readonly uiLocales?: string;
}

/** What the management API asks for a user. */
export interface NewResetTicket
  extends Partial<Omit<ResetLink, 'connectionId' | 'method' | 'email'>> {
  readonly userId: string;
  readonly connection: Connection;
  /** Default: five days. */
  readonly seconds?: number;
}

/**
 * Password resets, from the request to the new password. A link, or a code that is changed into one, is
 * good once; going through it binds it to a browser, and every step of that has a `state` of its own.
 */
export interface PasswordResets {
  /** Promises a link or a code to whoever has the account. Rejects with `too_many_attempts` only. */
  request(context: AccountContext, request: ResetRequest): Promise<void>;
  /** Makes a link without sending it; returns its URL. Rejects with `not_found`. */
  createTicket(context: AccountContext, ticket: NewResetTicket): Promise<string>;
  /**
   * Follows a link: runs password-reset-post-challenge. The link stays good until a new password takes it.
   * Undefined when it is unknown, used or expired.
   */
  begin(
    context: AccountContext,
    browser: ResetBrowser,
    ticket: string,
  ): Promise<ResetView | undefined>;
  /** Changes a code into a link and follows it. Undefined for a wrong code. */
  beginWithCode(
    context: AccountContext,
    browser: ResetBrowser,
    guess: { readonly key: string; readonly code: string },
  ): Promise<ResetView | undefined>;
  /** Undefined when unknown, expired, or of another browser. */
  find(
    context: AccountContext,
    browser: ResetBrowser,
    state: string,
  ): Promise<ResetView | undefined>;
  /** Notes what a page of ours found out. False when the reset does not wait for it. */
  answer(
    context: AccountContext,
    browser: ResetBrowser,
    step: { readonly state: string; readonly answer: LoginStepAnswer },
  ): Promise<boolean>;
  /**
   * Keeps what was posted to a reset that an Action sent away, without the browser's cookie, for the
   * browser to come and show itself. False when the reset does not wait for it.
   */
  holdAnswer(context: AccountContext, state: string): Promise<boolean>;
  /**
   * Goes on with a reset that Actions suspended; each `state` does that once. Undefined when it is not
   * waiting, or a page of ours has to answer first.
   */
  resume(
    context: AccountContext,
    browser: ResetBrowser,
    at: { readonly state: string; readonly request: RequestFacts },
  ): Promise<ResetView | undefined>;
  /**
   * Sets the new password and ends sessions, refresh tokens and other links of the user. Sent twice it
   * answers the same. Rejects with `transaction_invalid`, `WeakPasswordError`, `AccountInputError`,
   * `LeakedPasswordError`.
   */
  setPassword(
    context: AccountContext,
    browser: ResetBrowser,
    change: { readonly state: string; readonly password: string },
  ): Promise<ResetDone>;
}

/** What resets are made with. */
export type ResetServices = AccountsOptions & { readonly hasher: PasswordHasher };
