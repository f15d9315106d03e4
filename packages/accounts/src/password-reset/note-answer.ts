import type { JsonObject, LoginStepAnswer } from '@tessera/model';
import type { AccountContext } from '../account-context.ts';
import type { ResetBrowser } from './password-resets.ts';
import { findAnySession, findSession, type ResetSession } from './reset-session.ts';

/** See `PasswordResets.answer`. */
export async function noteAnswer(
  { store }: AccountContext,
  {
    browser,
    state,
    answer,
  }: { readonly browser: ResetBrowser; readonly state: string; readonly answer: LoginStepAnswer },
): Promise<boolean> {
  const session = await findSession(store, state, browser.id);
  if (session?.phase.kind === 'moved') return true;
  if (session?.phase.kind !== 'suspended') return false;
  const { phase } = session;
  if (!isAnswerTo(phase.suspension.kind, answer)) return false;
  return store.tickets.update('reset-step', state, toPayload(session, { ...phase, answer }));
}

/** See `PasswordResets.holdAnswer`. */
export async function holdAnswer(
  { store, request: { query, body } }: AccountContext,
  state: string,
): Promise<boolean> {
  const session = await findAnySession(store, state);
  if (session?.phase.kind !== 'suspended') return false;
  const { phase } = session;
  if (phase.suspension.kind !== 'redirect') return false;
  const held = { ...phase, held: { query, body } };
  return store.tickets.update('reset-step', state, toPayload(session, held));
}

/** Whose it is and when it ends stand beside the payload. */
function toPayload(session: ResetSession, phase: object): JsonObject {
  const { userId: _userId, expiresAt: _expiresAt, ...rest } = session;
  return JSON.parse(JSON.stringify({ ...rest, phase }));
}

/** A challenge and an enrollment end with a factor, a form with its fields; any may fail. */
function isAnswerTo(kind: string, answer: LoginStepAnswer): boolean {
  if (answer.kind === 'failed') return kind !== 'redirect';
  if (answer.kind === 'form') return kind === 'form';
  return kind === 'challenge' || kind === 'enrollment';
}
