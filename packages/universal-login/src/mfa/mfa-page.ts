import type { FactorVerdict } from '@tessera/model';
import { AppError } from '@tessera/model';
import type { FastifyReply } from 'fastify';
import { type FormBody, readFormBody } from '../forms/form-body.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import { forgedForm, PageProblemError } from '../page-problem.ts';
import type { PageRequest } from '../show-screen.ts';
import { repeatAnswer, resumeStep } from './finish-step.ts';
import { findNote, getMfaSession, type MfaSession } from './mfa-session.ts';
import { mfaUrl } from './mfa-urls.ts';
import { planStep, type StepPlan } from './plan-step.ts';

/** A page of a step, opened: either there is something to do, or `sent` has been answered already. */
type OpenedStep =
  | { readonly session: MfaSession; readonly plan: StepPlan; readonly form: FormBody }
  | { readonly sent: FastifyReply };

/** For `GET`. A step that is done goes on by itself. */
export async function openPage(
  page: PageRequest,
  state: unknown,
): Promise<
  { readonly session: MfaSession; readonly plan: StepPlan } | { readonly sent: FastifyReply }
> {
  const session = await getMfaSession(page, state);
  if (await findNote(session, 'passed')) return { sent: await resumeStep(page, session) };
  return { session, plan: await planStep(page, session) };
}

/** For `POST`: refuses forged forms; a form that was sent twice goes on as the first one did. */
export async function openPost(page: PageRequest, names: readonly string[]): Promise<OpenedStep> {
  const { options, csrf, request } = page;
  const form = readFormBody(request.body, names);
  const { state, csrfToken: token } = form;
  const context = options.contextOf(request.raw);
  if (!csrf.check(context, request.headers, { state, token })) {
    throw new PageProblemError(forgedForm(mfaUrl(state)));
  }
  const session = await findSession(page, state);
  if (!session) return { sent: await repeatAnswer(page, state) };
  if (await findNote(session, 'passed')) return { sent: await resumeStep(page, session) };
  return { session, plan: await planStep(page, session), form };
}

export async function findSession(
  page: PageRequest,
  state: string,
): Promise<MfaSession | undefined> {
  try {
    return await getMfaSession(page, state);
  } catch (error) {
    if (!(error instanceof PageProblemError)) throw error;
    return undefined;
  }
}

/** How a form is shown again that has not passed. */
export interface Refusal {
  readonly status: number;
  readonly form: FormState;
}

export const SHOWN_FIRST: Refusal = { status: 200, form: EMPTY_FORM };

/** What a verdict says to the person; the time to wait goes into a header. */
export function refuseVerdict(
  { reply }: PageRequest,
  verdict: Exclude<FactorVerdict, { readonly kind: 'passed' }>,
  field: string | undefined,
): Refusal {
  if (verdict.kind === 'too-many-attempts') {
    reply.header('retry-after', verdict.retryAfterSeconds);
    return { status: 429, form: { ...EMPTY_FORM, message: { key: 'mfa.too-many' } } };
  }
  const key = { wrong: 'mfa.wrong-code', pending: 'mfa.pending', rejected: 'mfa.rejected' }[
    verdict.kind
  ];
  if (verdict.kind === 'wrong' && field !== undefined) {
    const problems = [{ name: field, message: { key } }];
    return { status: 400, form: { ...EMPTY_FORM, problems } };
  }
  const message = { key: verdict.kind === 'wrong' ? 'mfa.not-accepted' : key };
  return { status: 400, form: { ...EMPTY_FORM, message } };
}

/** What a service says to the person when it would not begin; everything else is not its answer. */
export function refuseError(page: PageRequest, error: unknown, field: string): Refusal {
  if (!(error instanceof AppError)) throw error;
  if (error.code === 'too_many_attempts') {
    if ('retryAfterSeconds' in error) page.reply.header('retry-after', error.retryAfterSeconds);
    return { status: 429, form: { ...EMPTY_FORM, message: { key: 'mfa.too-many-messages' } } };
  }
  if (error.code === 'limit_reached') {
    return { status: 400, form: { ...EMPTY_FORM, message: { key: 'mfa.too-many-factors' } } };
  }
  if (error.code !== 'invalid_body') throw error;
  const problems = [{ name: field, message: { key: `mfa.bad-${field.replace('_', '-')}` } }];
  return { status: 400, form: { ...EMPTY_FORM, problems } };
}

/** Puts what was typed back into the form. */
export function withValues({ status, form }: Refusal, values: FormBody['values']): Refusal {
  return { status, form: { ...form, values } };
}
