import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { readFormBody } from '../forms/form-body.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { forgedForm, PageProblemError } from '../page-problem.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { leaveStep, redirect, repeatAnswer } from './finish-step.ts';
import { findNote, getMfaSession, type MfaSession, saveNote } from './mfa-session.ts';
import { mfaUrl, NEW_RECOVERY_CODE, newRecoveryCodeUrl } from './mfa-urls.ts';
import { inGroups, RECOVERY_CODE_SCREEN } from './screens.ts';

/** Adds the page that shows a new recovery code before the flow goes on. */
export function addRecoveryCodeRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<{ Querystring: Record<string, unknown> }>(NEW_RECOVERY_CODE, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const session = await getMfaSession(page, request.query.state);
    return showRecoveryCode(page, session, EMPTY_FORM);
  });

  app.post(NEW_RECOVERY_CODE, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const { state, csrfToken: token, values } = readFormBody(request.body, ['saved']);
    const context = options.contextOf(request.raw);
    if (!csrf.check(context, request.headers, { state, token })) {
      throw new PageProblemError(forgedForm(newRecoveryCodeUrl(state)));
    }
    const session = await getMfaSession(page, state).catch(ifGone);
    if (!session) return repeatAnswer(page, state);
    if (values.saved !== 'on') {
      const message = { key: 'mfa.save-first' };
      return showRecoveryCode(page, session, { ...EMPTY_FORM, message });
    }
    const passed = await findNote(session, 'passed');
    if (passed) return leaveStep(page, session, passed);
    if (await findNote(session, 'proven')) await saveNote(page, session, 'proven', {});
    return redirect(page, mfaUrl(state));
  });
}

function ifGone(error: unknown): undefined {
  if (!(error instanceof PageProblemError)) throw error;
  return undefined;
}

async function showRecoveryCode(
  page: PageRequest,
  session: MfaSession,
  form: FormState,
): Promise<FastifyReply> {
  const note = (await findNote(session, 'passed')) ?? (await findNote(session, 'proven'));
  const code = note?.payload.recoveryCode;
  if (typeof code !== 'string') return redirect(page, mfaUrl(session.step.state));
  return showScreen(page, {
    ...session.place,
    screen: RECOVERY_CODE_SCREEN,
    status: form.message === undefined ? 200 : 400,
    form,
    data: (t) => ({
      action: NEW_RECOVERY_CODE,
      heading: t.text('mfa.enrollment.recovery-code.heading'),
      lede: t.text('mfa.enrollment.recovery-code.lede'),
      canRemember: false,
      otherUrl: null,
      hidden: [],
      recoveryCode: inGroups(code),
    }),
  });
}
