import { AppError } from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { accountContext } from '../account-context.ts';
import type { CsrfProtection } from '../csrf.ts';
import { finishVerifiedLogin } from '../email-verification/code-routes.ts';
import { describeRefusal } from '../forms/account-refusal.ts';
import { readFormBody } from '../forms/form-body.ts';
import type { FormState } from '../forms/form-state.ts';
import { openForm } from '../forms/open-form.ts';
import { finishLogin } from '../login/finish-login.ts';
import { showLogin } from '../login/show-login.ts';
import { getLoginSession, type LoginSession } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { loginUrl } from '../urls.ts';
import { findPasskeyOffer, nameOf, restOffers } from './passkey-offer.ts';
import { PASSKEY_ENROLLMENT_SCREEN, PASSKEY_REFUSED } from './screens.ts';

/** Adds `POST /u/login/passkey`, the page `/u/passkey-enrollment`, and the options that scripts ask for. */
export function addPasskeyRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  addLogin(app, options, csrf);
  addEnrollment(app, options, csrf);
}

/** Where a ceremony of this login takes place. */
const placeOf = ({ connection, transaction }: LoginSession) => ({
  connection,
  binding: transaction.state,
});

function addLogin(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.post('/u/login/passkey/options', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, []);
    const session = await openForm(page, form, loginUrl(form.state));
    const context = accountContext(page, session);
    const publicKey = await options.passkeys.createLoginOptions(context, placeOf(session));
    return reply.header('cache-control', 'no-store').send(publicKey);
  });

  app.post('/u/login/passkey', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['credential']);
    const session = await openForm(page, form, loginUrl(form.state));
    const { credential = '' } = form.values;
    try {
      const user = await options.passkeys.logIn(accountContext(page, session), {
        ...placeOf(session),
        credential,
      });
      // A passkey proves who it is, and nothing of the address that was given.
      const person = { userId: user.userId, isSignUp: false, method: 'passkey' } as const;
      return await finishVerifiedLogin(page, session, person);
    } catch (error) {
      return showLogin(page, session, describeFailure(page, error));
    }
  });
}

/** What people read when a passkey did not work; anything but a refusal is thrown on. */
function describeFailure({ reply }: PageRequest, error: unknown) {
  if (error instanceof AppError && error.code === 'wrong_credentials') {
    return { status: 400, form: PASSKEY_REFUSED };
  }
  const refusal = describeRefusal(error);
  if (refusal === undefined) throw error;
  const { status, form, retryAfterSeconds } = refusal;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  return { status, form: { ...PASSKEY_REFUSED, ...form } };
}

function addEnrollment(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<{ Querystring: Record<string, unknown> }>(
    '/u/passkey-enrollment',
    async (request, reply) => {
      const context = options.contextOf(request.raw);
      const session = await getLoginSession(options, context, request.query.state);
      return showOffer({ options, csrf, request, reply }, session, { status: 200 });
    },
  );

  app.post('/u/passkey-enrollment/options', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, []);
    const session = await openForm(page, form, loginUrl(form.state));
    const user = await findPasskeyOffer(session);
    if (user === undefined) return reply.code(404).send({ error: 'not_offered' });
    const context = accountContext(page, session);
    const place = { ...placeOf(session), user };
    const publicKey = await options.passkeys.createEnrollmentOptions(context, place);
    return reply.header('cache-control', 'no-store').send(publicKey);
  });

  app.post('/u/passkey-enrollment', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['credential']);
    const session = await openForm(page, form, loginUrl(form.state));
    const user = await findPasskeyOffer(session);
    if (user === undefined) return reply.redirect(loginUrl(form.state), 303);
    const { credential = '' } = form.values;
    if (form.problems.length > 0) {
      return showOffer(page, session, { status: 400, form: PASSKEY_REFUSED });
    }
    if (credential === '') {
      restOffers(page);
      return finishLogin(page, session, { userId: user.userId });
    }
    try {
      const place = { ...placeOf(session), user, credential };
      await options.passkeys.enroll(accountContext(page, session), place);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      return showOffer(page, session, { status: 400, form: PASSKEY_REFUSED });
    }
    return finishLogin(page, session, { userId: user.userId });
  });
}

async function showOffer(
  page: PageRequest,
  session: LoginSession,
  shown: { readonly status: number; readonly form?: FormState },
): Promise<FastifyReply> {
  const user = await findPasskeyOffer(session);
  // Nobody has logged in here, or too long ago.
  if (user === undefined) return page.reply.redirect(loginUrl(session.transaction.state), 303);
  const identifier = nameOf(user);
  return showScreen(page, {
    session,
    screen: PASSKEY_ENROLLMENT_SCREEN,
    ...shown,
    data: { identifier, action: '/u/passkey-enrollment' },
  });
}
