import { createHash } from 'node:crypto';
import {
  AppError,
  type Connection,
  createAlphanumericId,
  inSeconds,
  type LoginStepAnswer,
  type RequestFacts,
  type User,
} from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { WeakPasswordError } from '../account-errors.ts';
import type { PasswordHasher } from '../password-hasher.ts';
import { type Credentials, findCredentials, findCredentialsIn } from '../passwords/credentials.ts';
import { completeReset, linkGone, logRefusedPassword } from './complete-reset.ts';
import { type ResetRequest, requestReset } from './request-reset.ts';
import { RESET_LIMITS } from './reset-limits.ts';
import {
  bindBrowser,
  findAnySession,
  findSession,
  type ResetAnswer,
  type ResetDone,
  type ResetPhase,
  type ResetSession,
  saveSession,
} from './reset-session.ts';
import { createLink, findLink, type ResetLink, takeCode } from './reset-tickets.ts';
import { runPostChallenge } from './run-post-challenge.ts';
import { resetUrl } from './send-reset.ts';

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

type Services = AccountsOptions & { readonly hasher: PasswordHasher };

export function createPasswordResets(services: Services): PasswordResets {
  return {
    request: (context, request) => requestReset(services, context, request),
    createTicket: (context, ticket) => createTicket(services, context, ticket),
    begin: (context, browser, ticket) => begin(services, context, { browser, ticket }),
    async beginWithCode(context, browser, guess) {
      const found = await takeCode(context.store, guess);
      if (found === undefined) return undefined;
      const expiresAt = inSeconds(services.clock, RESET_LIMITS.sessionSeconds);
      const ticket = await createLink(context.store, services.randomBytes, { ...found, expiresAt });
      return begin(services, context, { browser, ticket });
    },
    async find(context, browser, state) {
      const session = await findSession(context.store, state, browser.id);
      return session && view(context, state, session);
    },
    async answer(context, browser, { state, answer }) {
      const session = await findSession(context.store, state, browser.id);
      if (session?.phase.kind === 'moved') return true;
      if (session?.phase.kind !== 'suspended') return false;
      const { phase, userId: _userId, expiresAt: _expiresAt, ...rest } = session;
      if (!isAnswerTo(phase.suspension.kind, answer)) return false;
      const noted = { ...rest, phase: { ...phase, answer } };
      const payload = JSON.parse(JSON.stringify(noted));
      return context.store.tickets.update('reset-step', state, payload);
    },
    holdAnswer: (context, state) => holdAnswer(context, state),
    resume: (context, browser, at) => resume(services, context, { browser, ...at }),
    setPassword: (context, browser, change) =>
      setPassword(services, context, { browser, ...change }),
  };
}

async function createTicket(
  services: Services,
  { store, baseUrl }: AccountContext,
  { userId, connection, seconds, ...given }: NewResetTicket,
): Promise<string> {
  const owner = await findCredentialsIn(store, userId, connection);
  if (owner === undefined) throw new AppError('not_found', 'The user does not exist.');
  const { email, userId: accountId } = owner.account;
  const link: ResetLink = {
    connectionId: connection.id,
    method: 'ticket',
    ...(email === undefined ? {} : { email }),
    ...given,
  };
  const expiresAt = inSeconds(services.clock, seconds ?? RESET_LIMITS.linkSeconds);
  return resetUrl(
    baseUrl,
    await createLink(store, services.randomBytes, { userId: accountId, link, expiresAt }),
  );
}

/** Who a link is for; undefined when somebody is gone, or the account has another address by now. */
async function findPeople({ store }: AccountContext, accountId: string, link: ResetLink) {
  const owner = await findCredentials(store, accountId);
  const connection = await store.connections.find(link.connectionId);
  if (owner === undefined || connection === undefined) return undefined;
  const { account, user } = owner;
  const isTheirs = account.identities[0]?.connection === connection.name;
  if (!isTheirs || (link.email !== undefined && link.email !== account.email)) return undefined;
  return { user, account, connection };
}

async function withClient(context: AccountContext, link: ResetLink): Promise<AccountContext> {
  const client =
    link.clientId === undefined ? undefined : await context.store.clients.find(link.clientId);
  const { client: _client, ...rest } = context;
  return client === undefined ? rest : { ...rest, client };
}

async function view(
  context: AccountContext,
  state: string,
  session: ResetSession,
): Promise<ResetView | undefined> {
  const people = await findPeople(context, session.userId, session.link);
  if (people === undefined) return undefined;
  const { user, connection } = people;
  const { clientId } = session.link;
  return {
    state,
    phase: session.phase,
    ...{ user, connection },
    ...(clientId === undefined ? {} : { clientId }),
    ...(session.uiLocales === undefined ? {} : { uiLocales: session.uiLocales }),
  };
}

async function begin(
  services: Services,
  context: AccountContext,
  { browser, ticket }: { readonly browser: ResetBrowser; readonly ticket: string },
): Promise<ResetView | undefined> {
  const { store } = context;
  const found = await findLink(store, ticket);
  const people = found && (await findPeople(context, found.userId, found.link));
  if (found === undefined || people === undefined || browser.id === undefined) return undefined;
  const owned = await withClient(context, found.link);
  const now = services.clock.now();
  const session = {
    userId: found.userId,
    browser: bindBrowser(browser.id),
    ticket,
    link: found.link,
    methods: [{ name: found.link.method, timestamp: now.toISOString() }],
    executions: [],
    correlationId: createAlphanumericId(services.randomBytes, 24),
    ...(browser.uiLocales === undefined ? {} : { uiLocales: browser.uiLocales }),
  };
  const { request } = context;
  const end = await runPostChallenge(services, owned, { session, ...people, request });
  const expiresAt = new Date(
    Math.min(found.expiresAt.getTime(), now.getTime() + RESET_LIMITS.sessionSeconds * 1000),
  );
  const saved = { ...session, ...end, expiresAt };
  const state = await saveSession(store, services.randomBytes, saved);
  return view(context, state, saved);
}

async function holdAnswer(
  { store, request: { query, body } }: AccountContext,
  state: string,
): Promise<boolean> {
  const session = await findAnySession(store, state);
  if (session?.phase.kind !== 'suspended') return false;
  if (session.phase.suspension.kind !== 'redirect') return false;
  const { userId: _userId, expiresAt: _expiresAt, ...rest } = session;
  const held = { ...rest, phase: { ...session.phase, held: { query, body } } };
  return store.tickets.update('reset-step', state, JSON.parse(JSON.stringify(held)));
}

/** A challenge and an enrollment end with a factor, a form with its fields; any may fail. */
function isAnswerTo(kind: string, answer: LoginStepAnswer): boolean {
  if (answer.kind === 'failed') return kind !== 'redirect';
  if (answer.kind === 'form') return kind === 'form';
  return kind === 'challenge' || kind === 'enrollment';
}

async function resume(
  services: Services,
  context: AccountContext,
  at: {
    readonly browser: ResetBrowser;
    readonly state: string;
    readonly request: RequestFacts;
  },
): Promise<ResetView | undefined> {
  const { store } = context;
  const session = await findSession(store, at.state, at.browser.id);
  if (session?.phase.kind === 'moved') {
    const next = await findSession(store, session.phase.to, at.browser.id);
    // Only our own pages come twice; whom an Action sent away comes once.
    return next && view(context, session.phase.to, next);
  }
  if (session?.phase.kind !== 'suspended') return undefined;
  const { phase } = session;
  if (phase.suspension.kind !== 'redirect' && phase.answer === undefined) return undefined;
  const people = await findPeople(context, session.userId, session.link);
  if (people === undefined || (await findLink(store, session.ticket)) === undefined)
    return undefined;
  // Exactly one of any number of concurrent requests goes on.
  if ((await store.tickets.consume('reset-step', at.state)) === undefined) return undefined;
  const next = await goOn(services, context, { session, phase, people, at });
  const state = await saveSession(store, services.randomBytes, next);
  const moved = { ...session, phase: { kind: 'moved', to: state } } as const;
  if (phase.suspension.kind !== 'redirect') {
    await saveSession(store, services.randomBytes, moved, at.state);
  }
  return view(context, state, next);
}

async function goOn(
  services: Services,
  context: AccountContext,
  going: {
    readonly session: ResetSession;
    readonly phase: Extract<ResetPhase, { kind: 'suspended' }>;
    readonly people: Credentials & { readonly connection: Connection };
    readonly at: { readonly state: string; readonly request: RequestFacts };
  },
): Promise<ResetSession> {
  const { session, phase, people, at } = going;
  const { answer } = phase;
  if (answer?.kind === 'failed') {
    return { ...session, phase: { kind: 'refused', reason: answer.errorDescription } };
  }
  const methods = withFactor(session.methods, answer);
  const owned = await withClient(context, session.link);
  const end = await runPostChallenge(services, owned, {
    session: { ...session, methods },
    ...people,
    suspended: phase,
    request:
      phase.held === undefined ? at.request : { ...at.request, method: 'POST', ...phase.held },
    state: at.state,
  });
  return { ...session, methods, ...end };
}

function withFactor(methods: ResetSession['methods'], answer: ResetAnswer | undefined) {
  if (answer?.kind !== 'factor') return methods;
  return [...methods, { name: 'mfa', timestamp: String(answer.at), type: answer.type }];
}

async function setPassword(
  services: Services,
  context: AccountContext,
  change: {
    readonly browser: ResetBrowser;
    readonly state: string;
    readonly password: string;
  },
): Promise<ResetDone> {
  const { store } = context;
  const { state, password, browser } = change;
  const session = await findSession(store, state, browser.id);
  if (session?.phase.kind === 'done') return session.phase.done;
  if (session?.phase.kind !== 'password') throw linkGone();
  const people = await findPeople(context, session.userId, session.link);
  if (people === undefined || (await findLink(store, session.ticket)) === undefined) {
    throw linkGone();
  }
  const owned = await withClient(context, session.link);
  const { resultUrl } = session.phase;
  try {
    return await completeReset(services, owned, { session, ...people, password, resultUrl, state });
  } catch (error) {
    if (error instanceof WeakPasswordError) {
      await logRefusedPassword(services, owned, { ...people, reason: error.message });
    }
    if (!(error instanceof AppError) || error.code !== 'transaction_invalid') throw error;
    // The form was sent twice at once, and the other one was faster.
    const after = await findSession(store, state, browser.id);
    if (after?.phase.kind === 'done') return after.phase.done;
    throw error;
  }
}

/** Key under which a page waits for a code: of this browser and this request alone. */
export function resetCodeKey(browser: string, request: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['reset code', browser, request]))
    .digest('base64url');
}
