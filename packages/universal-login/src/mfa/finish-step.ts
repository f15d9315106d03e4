import type { FactorVerdict, LoginStepAnswer, Ticket } from '@tessera/model';
import type { FastifyReply } from 'fastify';
import { PageProblemError, TRANSACTION_UNKNOWN } from '../page-problem.ts';
import { type PageRequest, sendOn } from '../show-screen.ts';
import { findNote, findNotedAnswer, type MfaSession, readAnswer, saveNote } from './mfa-session.ts';
import { mfaUrl, newRecoveryCodeUrl, passkeyOfferUrl } from './mfa-urls.ts';
import { findOfferedConnection } from './offered-connection.ts';
import type { StepPlan } from './plan-step.ts';

type Passed = Extract<FactorVerdict, { readonly kind: 'passed' }>;

/** Goes on after a right proof. */
export async function finishStep(
  page: PageRequest,
  session: MfaSession,
  passed: {
    readonly plan: StepPlan;
    readonly verdict: Passed;
    readonly rememberBrowser: boolean;
  },
): Promise<FastifyReply> {
  const { plan, verdict, rememberBrowser } = passed;
  if (plan.kind === 'challenge' && plan.isProof) {
    const { recoveryCode } = verdict;
    await saveNote(page, session, 'proven', recoveryCode === undefined ? {} : { recoveryCode });
    const { state } = session.step;
    return redirect(page, recoveryCode === undefined ? mfaUrl(state) : newRecoveryCodeUrl(state));
  }
  const { allowRememberBrowser } = session.step.cause;
  await saveNote(page, session, 'passed', {
    type: verdict.type,
    at: page.options.clock.now().toISOString(),
    rememberBrowser: allowRememberBrowser && rememberBrowser,
    ...(verdict.recoveryCode === undefined ? {} : { recoveryCode: verdict.recoveryCode }),
  });
  return resumeStep(page, session);
}

/** Goes on from what is noted: shows a recovery code that nobody has seen, or answers the step. */
export async function resumeStep(page: PageRequest, session: MfaSession): Promise<FastifyReply> {
  const { state } = session.step;
  const note = await findNote(session, 'passed');
  if (!note) return redirect(page, mfaUrl(state));
  if (note.payload.recoveryCode !== undefined) return redirect(page, newRecoveryCodeUrl(state));
  return leaveStep(page, session, note);
}

/** Answers the step as it is noted, after offering a passkey to those who should have one. */
export async function leaveStep(
  page: PageRequest,
  session: MfaSession,
  note: Ticket,
): Promise<FastifyReply> {
  const offer = await findOfferedConnection(page, session);
  return offer === undefined
    ? answerStep(page, session, readAnswer(note))
    : redirect(page, passkeyOfferUrl(session.step.state));
}

/** Answers the step and sends the browser on. */
export async function answerStep(
  page: PageRequest,
  session: MfaSession,
  answer: LoginStepAnswer,
): Promise<FastifyReply> {
  const { steps, context, step, place } = session;
  return sendOn(page, place, await steps.complete(context, step.state, answer));
}

/** The step was answered already, by the same form sent before: the same way on. */
export async function repeatAnswer(page: PageRequest, state: unknown): Promise<FastifyReply> {
  const answer = await findNotedAnswer(page, state);
  const context = page.options.contextOf(page.request.raw);
  for (const steps of answer ? page.options.steps : []) {
    const url =
      answer && (await completeAgain(() => steps.complete(context, String(state), answer)));
    if (url !== undefined) return sendOn(page, { context }, url);
  }
  throw new PageProblemError(TRANSACTION_UNKNOWN);
}

/** Undefined where the step is not of this flow, or of another browser. */
async function completeAgain(complete: () => Promise<string>): Promise<string | undefined> {
  try {
    return await complete();
  } catch (error) {
    const isGone =
      error instanceof Error && 'code' in error && error.code === 'transaction_invalid';
    if (!isGone) throw error;
    return undefined;
  }
}

export function redirect({ reply }: PageRequest, url: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(url, 303);
}
