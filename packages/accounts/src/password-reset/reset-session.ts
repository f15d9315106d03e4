import { createHash } from 'node:crypto';
import type { AuthenticationMethod, Suspension } from '@tessera/engine';
import type { JsonObject, LoginStepAnswer, RandomBytes, TenantStore } from '@tessera/model';
import type { ResetLink } from './reset-tickets.ts';

/** Beginning of every `state` of a reset, by which `/continue` knows that it is one. */
export const RESET_STATE_PREFIX = 'rs_';
const STATE = /^rs_[A-Za-z0-9_-]{43}$/;
const STATE_BYTES = 32;

/** Where a reset stands that a browser is going through. */
export type ResetPhase =
  /** Actions wait for the browser; `answer` is what a page of ours has noted. */
  | {
      readonly kind: 'suspended';
      readonly suspension: Suspension;
      readonly answer?: ResetAnswer;
      /** What was posted without the browser's cookie; counts once the browser shows up. */
      readonly held?: HeldAnswer;
    }
  /** Nothing stands against a new password any more. */
  | { readonly kind: 'password'; readonly resultUrl?: string }
  /** Gone on under another `state`. */
  | { readonly kind: 'moved'; readonly to: string }
  | { readonly kind: 'done'; readonly done: ResetDone }
  | { readonly kind: 'refused'; readonly reason: string };

/** A POST of another site to `/continue`. */
interface HeldAnswer {
  readonly query: JsonObject;
  readonly body: JsonObject;
}

/** An answer of a page, as JSON. */
export type ResetAnswer = Exclude<LoginStepAnswer, { readonly kind: 'factor' }> | FactorAnswer;
interface FactorAnswer {
  readonly kind: 'factor';
  readonly type: string;
  readonly at: string;
}

/** How a reset ended. */
export interface ResetDone {
  /** Where the browser goes; absent: it stays on a page of ours. */
  readonly url?: string;
  /** Where "back to the application" leads. */
  readonly applicationUrl?: string;
}

/** A reset between the link and the new password: one per browser that followed the link. */
export interface ResetSession {
  readonly userId: string;
  /** Hash of the browser's cookie. */
  readonly browser: string;
  /** Secret of the link, which the new password takes. */
  readonly ticket: string;
  readonly link: ResetLink;
  readonly methods: readonly AuthenticationMethod[];
  readonly executions: readonly string[];
  readonly correlationId: string;
  readonly uiLocales?: string;
  readonly phase: ResetPhase;
  readonly expiresAt: Date;
}

const hashBrowser = (browser: string): string =>
  createHash('sha256').update(`reset ${browser}`).digest('base64url');

export function bindBrowser(browser: string): string {
  return hashBrowser(browser);
}

/** Stores a session under a new `state`, or under the one that is given; returns it. */
export async function saveSession(
  store: TenantStore,
  randomBytes: RandomBytes,
  { userId, expiresAt, ...session }: ResetSession,
  state = `${RESET_STATE_PREFIX}${Buffer.from(randomBytes(STATE_BYTES)).toString('base64url')}`,
): Promise<string> {
  const payload = JSON.parse(JSON.stringify(session)) as JsonObject;
  await store.tickets.save({ kind: 'reset-step', key: state, userId, payload, expiresAt });
  return state;
}

/** The session of whatever browser; undefined when unknown or expired. */
export async function findAnySession(
  store: TenantStore,
  state: string,
): Promise<ResetSession | undefined> {
  if (!STATE.test(state)) return undefined;
  const ticket = await store.tickets.find('reset-step', state);
  if (ticket?.userId === undefined) return undefined;
  // Written by `saveSession` alone, and sealed.
  const session = ticket.payload as unknown as Omit<ResetSession, 'userId' | 'expiresAt'>;
  return { ...session, userId: ticket.userId, expiresAt: ticket.expiresAt };
}

/** The session of this browser; undefined when unknown, expired, or of another browser. */
export async function findSession(
  store: TenantStore,
  state: string,
  browser: string | undefined,
): Promise<ResetSession | undefined> {
  if (browser === undefined) return undefined;
  const session = await findAnySession(store, state);
  return session?.browser === hashBrowser(browser) ? session : undefined;
}
