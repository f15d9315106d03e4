import { type AccountContext, TooManyAttemptsError } from '@tessera/accounts';
import { AppError } from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CsrfProtection } from './csrf.ts';
import { type FormBody, type FormProblem, readFormBody } from './form-body.ts';
import type { FormState } from './form-fields.ts';
import { getLoginSession, type LoginSession } from './login-session.ts';
import type { UniversalLoginOptions } from './options.ts';
import { forgedForm, PageProblemError } from './page-problem.ts';
import { loginUrl, type PageRequest, sendOn, showLogin, signUpUrl } from './pages.ts';
import { readRequestFacts, readTransactionFacts } from './request-facts.ts';

/** Adds `GET` and `POST /u/login`. */
export function addLoginRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<{ Querystring: Record<string, unknown> }>('/u/login', async (request, reply) => {
    const context = options.contextOf(request.raw);
    const session = await getLoginSession(options, context, request.query.state);
    const { loginHint, screenHint, prompt } = session.transaction;
    const wantsSignUp = screenHint === 'signup' || prompt?.split(' ').includes('create') === true;
    if (wantsSignUp && request.query.from !== 'signup' && (await canSignUp(options, session))) {
      return reply.redirect(signUpUrl(session.transaction.state), 303);
    }
    const values = { identifier: loginHint ?? '' };
    return showLogin({ options, csrf, request, reply }, session, 200, { values, problems: [] });
  });

  app.post('/u/login', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['identifier', 'password']);
    const session = await openForm(page, form, loginUrl(form.state));
    const problems = [...form.problems, ...findEmptyFields(form)];
    const state: FormState = { values: form.values, problems };
    if (problems.length > 0) return showLogin(page, session, 400, state);
    try {
      const user = await options.accounts.logIn(accountContext(page, session), {
        connection: session.connection,
        identifier: form.values.identifier ?? '',
        password: form.values.password ?? '',
      });
      return await finishLogin(page, session, user.userId);
    } catch (error) {
      return showRefusal(page, session, { state, error });
    }
  });
}

async function canSignUp(options: UniversalLoginOptions, session: LoginSession): Promise<boolean> {
  return !(await options.accounts.describeConnection(session.connection)).isSignUpDisabled;
}

/** Refuses a forged form, then finds its login. */
export async function openForm(
  { options, csrf, request }: PageRequest,
  form: FormBody,
  retryUrl: string,
): Promise<LoginSession> {
  const context = options.contextOf(request.raw);
  const { state, csrfToken: token } = form;
  if (!csrf.check(context, request.headers, { state, token })) {
    throw new PageProblemError(forgedForm(retryUrl));
  }
  return getLoginSession(options, context, state);
}

/** Whom and what Actions and logs see of this request; passwords are not among it. */
export function accountContext(
  { request }: PageRequest,
  session: LoginSession,
  fields: Readonly<Record<string, string>> = {},
): AccountContext {
  const { context, store, client, connection, transaction } = session;
  const body = { client_id: client.clientId, connection: connection.name, ...fields };
  return {
    tenant: context.tenant,
    store,
    client,
    request: readRequestFacts(request, context, { query: transaction.query, body }),
    transaction: readTransactionFacts(transaction),
  };
}

/** Tells the protocol who logged in and sends the browser on. */
export async function finishLogin(
  page: PageRequest,
  session: LoginSession,
  userId: string,
): Promise<FastifyReply> {
  const { transactions, clock } = page.options;
  const { context, connection, transaction } = session;
  const login = { userId, connection, at: clock.now() };
  return sendOn(page, session, await transactions.complete(context, transaction.state, login));
}

const EMPTY_MESSAGES: Record<string, string> = {
  identifier: 'Please enter who you are.',
  password: 'Please enter your password.',
};

function findEmptyFields({ values, problems }: FormBody): readonly FormProblem[] {
  return Object.entries(EMPTY_MESSAGES)
    .filter(([name]) => values[name]?.trim() === '' && !problems.some((p) => p.name === name))
    .map(([name, message]) => ({ name, message }));
}

/** Shows the form again with what the account services said; everything else is not theirs. */
async function showRefusal(
  page: PageRequest,
  session: LoginSession,
  refusal: { readonly state: FormState; readonly error: unknown },
): Promise<FastifyReply> {
  const { state, error } = refusal;
  if (error instanceof TooManyAttemptsError) {
    page.reply.header('retry-after', error.retryAfterSeconds);
    return showLogin(page, session, 429, { ...state, message: error.message });
  }
  if (error instanceof AppError && error.code === 'wrong_credentials') {
    return showLogin(page, session, 400, { ...state, message: error.message });
  }
  if (error instanceof AppError && error.code === 'account_blocked') {
    return showLogin(page, session, 403, { ...state, message: error.message });
  }
  throw error;
}
