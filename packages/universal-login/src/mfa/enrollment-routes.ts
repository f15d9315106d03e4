import {
  type FactorProof,
  type FactorVerdict,
  SECOND_FACTOR_TYPES,
  type SecondFactorType,
} from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import type { UniversalLoginOptions } from '../options.ts';
import type { PageRequest } from '../show-screen.ts';
import { finishStep, redirect, resumeStep } from './finish-step.ts';
import { openPage, openPost, refuseVerdict, SHOWN_FIRST, withValues } from './mfa-page.ts';
import { findNote, type MfaSession } from './mfa-session.ts';
import { enrollmentPath, mfaUrl, verificationPath } from './mfa-urls.ts';
import type { StepPlan } from './plan-step.ts';
import { parseResponse } from './read-response.ts';
import {
  type Enrollment,
  nameOf,
  sendEnrollmentCode,
  showEnrollment,
  showVerification,
} from './show-enrollment.ts';

type Query = { Querystring: Record<string, unknown> };
const FIELDS: Readonly<Record<SecondFactorType, readonly string[]>> = {
  otp: ['code', 'remember_browser'],
  phone: ['phone_number', 'send'],
  email: ['email', 'send'],
  'push-notification': ['remember_browser', 'send'],
  'webauthn-roaming': ['response', 'oob_code', 'remember_browser'],
  'webauthn-platform': ['response', 'oob_code', 'remember_browser'],
  'recovery-code': ['saved'],
};

/** Adds a page per factor that sets it up, and the pages where a code that was sent is typed. */
export function addEnrollmentRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  for (const type of SECOND_FACTOR_TYPES) {
    app.get<Query>(enrollmentPath(type), async (request, reply) => {
      const page = { options, csrf, request, reply };
      const opened = await openPage(page, request.query.state);
      if ('sent' in opened) return opened.sent;
      const enrollment = chooseType(opened, type);
      if (!enrollment) return redirect(page, mfaUrl(opened.session.step.state));
      return showEnrollment(page, enrollment, SHOWN_FIRST);
    });

    app.post(enrollmentPath(type), async (request, reply) => {
      const page = { options, csrf, request, reply };
      const opened = await openPost(page, FIELDS[type]);
      if ('sent' in opened) return opened.sent;
      const enrollment = chooseType(opened, type);
      if (!enrollment) return redirect(page, mfaUrl(opened.session.step.state));
      const { values } = opened.form;
      if (type === 'phone' || type === 'email') {
        return sendEnrollmentCode(page, { ...enrollment, type }, values);
      }
      const proof = await readProof(page, enrollment, values);
      return judge(page, enrollment, {
        proof,
        values,
        refuse: (verdict) =>
          showEnrollment(
            page,
            enrollment,
            refuseVerdict(page, verdict, type === 'otp' ? 'code' : undefined),
          ),
      });
    });
  }

  for (const type of ['phone', 'email'] as const) {
    const address = type === 'phone' ? 'phone_number' : 'email';
    app.post(verificationPath(type), async (request, reply) => {
      const page = { options, csrf, request, reply };
      const opened = await openPost(page, ['code', address, 'send', 'remember_browser']);
      if ('sent' in opened) return opened.sent;
      const found = chooseType(opened, type);
      if (!found) return redirect(page, mfaUrl(opened.session.step.state));
      const enrollment = { ...found, type };
      const { values } = opened.form;
      if (values.send) return sendEnrollmentCode(page, enrollment, values);
      const bindingCode = values.code ?? '';
      const oobCode = nameOf(enrollment);
      return judge(page, enrollment, {
        proof: bindingCode.trim() === '' ? undefined : { kind: 'oob', oobCode, bindingCode },
        values,
        refuse: (verdict) => {
          const refusal = withValues(refuseVerdict(page, verdict, 'code'), values);
          return showVerification(page, enrollment, refusal);
        },
      });
    });
  }

  app.get<Query>('/u/mfa-push-enrollment-state', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const opened = await openPage(page, request.query.state);
    if ('sent' in opened) return opened.sent;
    const enrollment = chooseType(opened, 'push-notification');
    const { mfa, subject } = opened.session;
    const isAnswered =
      !enrollment || (await options.pushDevices.isAnswered(mfa, subject, nameOf(enrollment)));
    return reply
      .header('cache-control', 'no-store')
      .send({ state: isAnswered ? 'answered' : 'pending' });
  });
}

function chooseType(
  { session, plan }: { readonly session: MfaSession; readonly plan: StepPlan },
  type: SecondFactorType,
): Enrollment | undefined {
  if (plan.kind !== 'enrollment' || !plan.all.includes(type)) return undefined;
  return { session, plan, type };
}

async function readProof(
  { options }: PageRequest,
  enrollment: Enrollment,
  values: Readonly<Record<string, string>>,
): Promise<FactorProof | undefined> {
  const { session, type } = enrollment;
  const { code = '', oob_code: oobCode = '', response = '' } = values;
  if (type === 'otp') return { kind: 'otp', code };
  if (type === 'push-notification') return { kind: 'oob', oobCode: nameOf(enrollment) };
  if (type !== 'recovery-code') {
    const parsed = parseResponse(response);
    return parsed && { kind: 'webauthn', oobCode, response: parsed };
  }
  if (values.saved !== 'on') return undefined;
  // The same as the page has shown, for as long as it may be confirmed.
  const { mfa, subject } = session;
  const begun = await options.multifactor.beginEnrollment(mfa, subject, { type });
  return begun.enrollment.kind === 'recovery-code'
    ? { kind: 'recovery-code', code: begun.enrollment.recoveryCode }
    : undefined;
}

async function judge(
  page: PageRequest,
  { session, plan }: Enrollment,
  posted: {
    readonly proof: FactorProof | undefined;
    readonly values: Readonly<Record<string, string>>;
    refuse(verdict: Exclude<FactorVerdict, { readonly kind: 'passed' }>): Promise<FastifyReply>;
  },
): Promise<FastifyReply> {
  const { proof, values } = posted;
  const verdict = proof
    ? await page.options.multifactor.verify(session.mfa, session.subject, proof)
    : ({ kind: 'wrong' } as const);
  // A factor that was there before is not the one that is to be set up.
  if (verdict.kind === 'passed' && verdict.isEnrollment) {
    const rememberBrowser = values.remember_browser === 'on';
    return finishStep(page, session, { plan, verdict, rememberBrowser });
  }
  if (await findNote(session, 'passed')) return resumeStep(page, session);
  return posted.refuse(verdict.kind === 'passed' ? { kind: 'wrong' } : verdict);
}
