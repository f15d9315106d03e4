import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { addChallengeRoutes } from './challenge-routes.ts';
import { addEnrollmentRoutes } from './enrollment-routes.ts';
import { addTicketRoutes } from './enrollment-tickets.ts';
import { answerStep, redirect } from './finish-step.ts';
import { openPage } from './mfa-page.ts';
import type { MfaSession } from './mfa-session.ts';
import {
  CHALLENGE_OPTIONS,
  challengeUrl,
  ENROLLMENT_OPTIONS,
  enrollmentUrl,
  MFA_ENTRY,
} from './mfa-urls.ts';
import { addPasskeyOfferRoutes } from './passkey-routes.ts';
import { firstUrl, type StepPlan } from './plan-step.ts';
import { addRecoveryCodeRoutes } from './recovery-code-routes.ts';
import { OPTIONS_SCREEN, viewOption } from './screens.ts';

type Query = { Querystring: Record<string, unknown> };

/** Adds the pages of second factors: `/u/mfa`, the choice among factors, and pages per factor. */
export function addMfaRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<Query>(MFA_ENTRY, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const opened = await openPage(page, request.query.state);
    if ('sent' in opened) return opened.sent;
    const url = firstUrl(opened.plan, opened.session.step.state);
    return url === undefined ? failStep(page, opened.session) : redirect(page, url);
  });

  for (const path of [CHALLENGE_OPTIONS, ENROLLMENT_OPTIONS]) {
    app.get<Query>(path, async (request, reply) => {
      const page = { options, csrf, request, reply };
      const opened = await openPage(page, request.query.state);
      if ('sent' in opened) return opened.sent;
      return showOptions(page, opened.session, opened.plan);
    });
  }

  addChallengeRoutes(app, options, csrf);
  addEnrollmentRoutes(app, options, csrf);
  addRecoveryCodeRoutes(app, options, csrf);
  addPasskeyOfferRoutes(app, options, csrf);
  addTicketRoutes(app, options, csrf);
}

/** No factor is left that the person has, or that the tenant offers: the flow cannot go on. */
function failStep(page: PageRequest, session: MfaSession): Promise<FastifyReply> {
  const isChallenge = session.step.cause.kind === 'challenge';
  const errorDescription = isChallenge
    ? 'The user has none of the second factors that this login asks for.'
    : 'None of the second factors that this login asks for is enabled.';
  return answerStep(page, session, { kind: 'failed', error: 'access_denied', errorDescription });
}

function showOptions(
  page: PageRequest,
  session: MfaSession,
  plan: StepPlan,
): Promise<FastifyReply> {
  const { state } = session.step;
  return showScreen(page, {
    ...session.place,
    screen: OPTIONS_SCREEN,
    data: (t) => ({
      heading: t.text(`mfa.options.${plan.kind}.heading`),
      lede: t.text(`mfa.options.${plan.kind}.lede`),
      options:
        plan.kind === 'challenge'
          ? plan.all.map((factor) =>
              viewOption(t, factor.type, challengeUrl(factor, state), factor),
            )
          : plan.all.map((type) => viewOption(t, type, enrollmentUrl(type, state))),
    }),
  });
}
