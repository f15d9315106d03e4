import { AppError } from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { type FormBody, readFormBody } from '../forms/form-body.ts';
import type { FormState } from '../forms/form-state.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { forgedForm, PageProblemError } from '../page-problem.ts';
import { nameOf, restOffers } from '../passkeys/passkey-offer.ts';
import { PASSKEY_ENROLLMENT_SCREEN, PASSKEY_REFUSED } from '../passkeys/screens.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { answerStep, repeatAnswer, resumeStep } from './finish-step.ts';
import { findSession } from './mfa-page.ts';
import { findNote, getMfaSession, type MfaSession, readAnswer } from './mfa-session.ts';
import { PASSKEY_OFFER, passkeyOfferUrl } from './mfa-urls.ts';
import { findOfferedConnection } from './offered-connection.ts';

/** Adds the page that offers a passkey after a second factor, and the options that its script asks for. */
export function addPasskeyOfferRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<{ Querystring: Record<string, unknown> }>(PASSKEY_OFFER, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const session = await getMfaSession(page, request.query.state);
    const offer = await findOffer(page, session);
    return offer === undefined ? resumeStep(page, session) : showOffer(page, session);
  });

  app.post(`${PASSKEY_OFFER}/options`, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const offer = await findOffer(page, await getMfaSession(page, readForm(page).state));
    if (offer === undefined) return reply.code(404).send({ error: 'not_offered' });
    const publicKey = await options.passkeys.createEnrollmentOptions(offer.context, offer.place);
    return reply.header('cache-control', 'no-store').send(publicKey);
  });

  app.post(PASSKEY_OFFER, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const { state, values, problems } = readForm(page);
    const session = await findSession(page, state);
    if (!session) return repeatAnswer(page, state);
    const offer = await findOffer(page, session);
    if (offer === undefined) return resumeStep(page, session);
    const { credential = '' } = values;
    if (problems.length > 0) return showOffer(page, session, PASSKEY_REFUSED);
    if (credential === '') restOffers(page);
    else {
      const place = { ...offer.place, credential };
      const isKept = await options.passkeys.enroll(offer.context, place).catch(ifRefused);
      if (isKept === undefined) return showOffer(page, session, PASSKEY_REFUSED);
    }
    return answerStep(page, session, offer.answer);
  });
}

/** The form of the page, if it is ours. */
function readForm({ options, csrf, request }: PageRequest): FormBody {
  const form = readFormBody(request.body, ['credential']);
  const { state, csrfToken: token } = form;
  if (!csrf.check(options.contextOf(request.raw), request.headers, { state, token })) {
    throw new PageProblemError(forgedForm(passkeyOfferUrl(state)));
  }
  return form;
}

/** Undefined before a factor was passed, and for whoever is offered no passkey. */
async function findOffer(page: PageRequest, session: MfaSession) {
  const passed = await findNote(session, 'passed');
  const connection = passed && (await findOfferedConnection(page, session));
  if (passed === undefined || connection === undefined) return undefined;
  const { context, store, step, user } = session;
  return {
    answer: readAnswer(passed),
    context: { tenant: context.tenant, store, baseUrl: context.baseUrl },
    place: { connection, binding: step.state, user },
  };
}

function ifRefused(error: unknown): undefined {
  if (!(error instanceof AppError) || error.status >= 500) throw error;
  return undefined;
}

function showOffer(
  page: PageRequest,
  session: MfaSession,
  form?: FormState,
): Promise<FastifyReply> {
  return showScreen(page, {
    ...session.place,
    screen: PASSKEY_ENROLLMENT_SCREEN,
    data: { identifier: nameOf(session.user), action: PASSKEY_OFFER },
    ...(form === undefined ? {} : { form, status: 400 }),
  });
}
