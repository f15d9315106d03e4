import { AppError } from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { accountContext } from '../account-context.ts';
import type { CsrfProtection } from '../csrf.ts';
import { finishVerifiedLogin } from '../email-verification/code-routes.ts';
import { describeRefusal } from '../forms/account-refusal.ts';
import { type FormBody, readFormBody } from '../forms/form-body.ts';
import type { FormState } from '../forms/form-state.ts';
import { openForm } from '../forms/open-form.ts';
import { getLoginSession, type LoginSession } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { PageProblemError, SIGN_UP_DISABLED } from '../page-problem.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { chosenLoginUrl, loginUrl, signUpUrl } from '../urls.ts';
import { SIGN_UP_SCREEN, signUpFields } from './screens.ts';

/** Adds `GET` and `POST /u/signup`. */
export function addSignUpRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<{ Querystring: Record<string, unknown> }>('/u/signup', async (request, reply) => {
    const context = options.contextOf(request.raw);
    const session = await getLoginSession(options, context, request.query.state);
    // Other connections sign people up as they log in.
    if (session.connection.strategy !== 'auth0') {
      return reply.redirect(loginUrl(session.transaction.state), 303);
    }
    await refuseClosedSignUp(options, session);
    const values = { email: session.transaction.loginHint ?? '' };
    const form = { values, problems: [] };
    return showSignUp({ options, csrf, request, reply }, session, { status: 200, form });
  });

  app.post('/u/signup', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['email', 'username', 'phone_number', 'password']);
    const session = await openForm(page, form, signUpUrl(form.state));
    await refuseClosedSignUp(options, session);
    const state: FormState = { values: form.values, problems: form.problems };
    if (form.problems.length > 0) return showSignUp(page, session, { status: 400, form: state });
    try {
      const userId = await signUp(page, session, form);
      return await finishVerifiedLogin(page, session, {
        userId,
        isSignUp: true,
        method: 'password',
      });
    } catch (error) {
      return showRefusal(page, session, { state, error });
    }
  });
}

async function refuseClosedSignUp(
  { accounts }: UniversalLoginOptions,
  { connection }: LoginSession,
): Promise<void> {
  const isClosed =
    connection.strategy !== 'auth0' ||
    (await accounts.describeConnection(connection)).isSignUpDisabled;
  if (isClosed) throw new PageProblemError(SIGN_UP_DISABLED);
}

/** Creates the account and counts its first login; returns the user's id. */
async function signUp(page: PageRequest, session: LoginSession, form: FormBody): Promise<string> {
  const { accounts } = page.options;
  const { connection } = session;
  const { password = '', ...given } = form.values;
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim()));
  const { email, username, phone_number: phoneNumber } = fields;
  const context = accountContext(page, session, fields);
  const { signUpVerification } = await accounts.describeConnection(connection);
  // The next page asks for a code, where the connection wants one.
  const isByCode = signUpVerification.email !== 'none';
  try {
    const { user } = await accounts.signUp(context, {
      connection,
      password,
      ...(isByCode ? { verifyEmail: false } : {}),
      ...(email === undefined ? {} : { email }),
      ...(username === undefined ? {} : { username }),
      ...(phoneNumber === undefined ? {} : { phoneNumber }),
    });
    await accounts.recordLogin(context, user.userId);
    return user.userId;
  } catch (error) {
    const identifier = email ?? username ?? phoneNumber;
    if (!isCode(error, 'user_exists') || identifier === undefined) throw error;
    // A form sent twice: the browser waits for the second answer only. Whoever knows the password
    // of the account may come in, under the same limits as on the login page.
    return logInInstead(page, session, { error, identifier, password });
  }
}

async function logInInstead(
  page: PageRequest,
  session: LoginSession,
  known: { readonly error: unknown; readonly identifier: string; readonly password: string },
): Promise<string> {
  const { connection } = session;
  const { error, identifier, password } = known;
  try {
    const context = accountContext(page, session);
    const user = await page.options.accounts.logIn(context, { connection, identifier, password });
    return user.userId;
  } catch (refusal) {
    // How the login failed is nobody's business here: the signup did.
    if (refusal instanceof AppError && refusal.status < 500) throw error;
    throw refusal;
  }
}

function isCode(error: unknown, code: AppError['code']): error is AppError {
  return error instanceof AppError && error.code === code;
}

/** Shows the signup form. */
async function showSignUp(
  page: PageRequest,
  session: LoginSession,
  shown: { readonly status: number; readonly form: FormState },
): Promise<FastifyReply> {
  const forms = await page.options.accounts.describeConnection(session.connection);
  return showScreen(page, {
    session,
    screen: SIGN_UP_SCREEN,
    ...shown,
    data: (t) => ({
      fields: signUpFields(t, forms, shown.form),
      loginUrl: chosenLoginUrl(session.transaction.state),
    }),
  });
}

/** Shows the form again with what the account services said; everything else is not theirs. */
async function showRefusal(
  page: PageRequest,
  session: LoginSession,
  refused: { readonly state: FormState; readonly error: unknown },
): Promise<FastifyReply> {
  const refusal = describeRefusal(refused.error);
  if (refusal === undefined) throw refused.error;
  const { status, form, retryAfterSeconds } = refusal;
  if (retryAfterSeconds !== undefined) page.reply.header('retry-after', retryAfterSeconds);
  return showSignUp(page, session, { status, form: { ...refused.state, ...form } });
}
