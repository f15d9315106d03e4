import { createHash } from 'node:crypto';
import { AppError, inSeconds } from '@tessera/model';
import type { AccountContext } from '../account-context.ts';
import { WeakPasswordError } from '../account-errors.ts';
import { findCredentialsIn } from '../passwords/credentials.ts';
import { beginReset } from './begin-reset.ts';
import { completeReset, linkGone } from './complete-reset.ts';
import { logRefusedReset } from './log-refused-reset.ts';
import { holdAnswer, noteAnswer } from './note-answer.ts';
import type {
  NewResetTicket,
  PasswordResets,
  ResetBrowser,
  ResetServices,
} from './password-resets.ts';
import { requestReset } from './request-reset.ts';
import { RESET_LIMITS } from './reset-limits.ts';
import { findPeople, viewReset, withClient } from './reset-people.ts';
import { findSession, type ResetDone } from './reset-session.ts';
import { createLink, findLink, type ResetLink, takeCode } from './reset-tickets.ts';
import { resumeReset } from './resume-reset.ts';
import { resetUrl } from './send-reset.ts';

export function createPasswordResets(services: ResetServices): PasswordResets {
  return {
    request: (context, request) => requestReset(services, context, request),
    createTicket: (context, ticket) => createTicket(services, context, ticket),
    begin: (context, browser, ticket) => beginReset(services, context, { browser, ticket }),
    async beginWithCode(context, browser, guess) {
      const found = await takeCode(context.store, guess);
      if (found === undefined) return undefined;
      const expiresAt = inSeconds(services.clock, RESET_LIMITS.sessionSeconds);
      const ticket = await createLink(context.store, services.randomBytes, { ...found, expiresAt });
      return beginReset(services, context, { browser, ticket });
    },
    async find(context, browser, state) {
      const session = await findSession(context.store, state, browser.id);
      return session && viewReset(context, state, session);
    },
    answer: (context, browser, step) => noteAnswer(context, { browser, ...step }),
    holdAnswer: (context, state) => holdAnswer(context, state),
    resume: (context, browser, at) => resumeReset(services, context, { browser, ...at }),
    setPassword: (context, browser, change) =>
      setPassword(services, context, { browser, ...change }),
  };
}

async function createTicket(
  services: ResetServices,
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

async function setPassword(
  services: ResetServices,
  context: AccountContext,
  change: {
    readonly browser: ResetBrowser;
    readonly state: string;
    readonly password: string;
  },
): Promise<ResetDone> {
  const { state, password, browser } = change;
  const session = await findSession(context.store, state, browser.id);
  if (session?.phase.kind === 'done') return session.phase.done;
  if (session?.phase.kind !== 'password') throw linkGone();
  const { resultUrl } = session.phase;
  const owned = await withClient(context, session.link);
  const people = await findPeople(context, session.userId, session.link);
  try {
    if (people === undefined || (await findLink(context.store, session.ticket)) === undefined) {
      throw linkGone();
    }
    return await completeReset(services, owned, { session, ...people, password, resultUrl, state });
  } catch (error) {
    // The form was sent twice at once, and the other one was faster: its link is gone, or its password is
    // the one that was used last.
    const after = await findSession(context.store, state, browser.id);
    if (after?.phase.kind === 'done') return after.phase.done;
    if (people !== undefined && error instanceof WeakPasswordError) {
      await logRefusedReset(services, owned, { ...people, reason: error.message });
    }
    throw error;
  }
}

/** Key under which a page waits for a code: of this browser and this request alone. */
export function resetCodeKey(browser: string, request: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['reset code', browser, request]))
    .digest('base64url');
}
