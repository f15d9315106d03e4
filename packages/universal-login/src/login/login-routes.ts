import type { FastifyInstance, FastifyReply } from 'fastify';
import { accountContext } from '../account-context.ts';
import type { CsrfProtection } from '../csrf.ts';
import { describeRefusal } from '../forms/account-refusal.ts';
import { type FormBody, readFormBody } from '../forms/form-body.ts';
import type { FormProblem, FormState } from '../forms/form-state.ts';
import { openForm } from '../forms/open-form.ts';
import { getLoginSession, type LoginSession } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { loginUrl, signUpUrl } from '../urls.ts';
import { finishLogin } from './finish-login.ts';
import { LOGIN_SCREEN, loginFields } from './screens.ts';

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
    const form = { values, problems: [] };
    return showLogin({ options, csrf, request, reply }, session, { status: 200, form });
  });

  app.post('/u/login', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['identifier', 'password']);
    const session = await openForm(page, form, loginUrl(form.state));
    const problems = [...form.problems, ...findEmptyFields(form)];
    const state: FormState = { values: form.values, problems };
    if (problems.length > 0) return showLogin(page, session, { status: 400, form: state });
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

const EMPTY_KEYS: Record<string, string> = {
  identifier: 'login.identifier-empty',
  password: 'login.password-empty',
};

function findEmptyFields({ values, problems }: FormBody): readonly FormProblem[] {
  return Object.entries(EMPTY_KEYS)
    .filter(([name]) => values[name]?.trim() === '' && !problems.some((p) => p.name === name))
    .map(([name, key]) => ({ name, message: { key } }));
}

/** Shows the login form. */
async function showLogin(
  page: PageRequest,
  session: LoginSession,
  shown: { readonly status: number; readonly form: FormState },
): Promise<FastifyReply> {
  const forms = await page.options.accounts.describeConnection(session.connection);
  return showScreen(page, {
    session,
    screen: LOGIN_SCREEN,
    ...shown,
    data: (t) => ({
      fields: loginFields(t, forms, shown.form),
      signUpUrl: forms.isSignUpDisabled ? null : signUpUrl(session.transaction.state),
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
  return showLogin(page, session, { status, form: { ...refused.state, ...form } });
}
