import type { FastifyReply } from 'fastify';
import { accountContext } from '../account-context.ts';
import { finishVerifiedLogin } from '../email-verification/code-routes.ts';
import { describeRefusal } from '../forms/account-refusal.ts';
import type { FormBody } from '../forms/form-body.ts';
import type { FormProblem, FormState } from '../forms/form-state.ts';
import type { LoginSession } from '../login-session.ts';
import type { PageRequest } from '../show-screen.ts';
import type { ShownForm } from './show-login.ts';

const EMPTY_KEYS: Readonly<Record<string, string>> = {
  identifier: 'login.identifier-empty',
  password: 'login.password-empty',
};

/** What a form lacks; only fields that it has are looked at. */
export function findEmptyFields({ values, problems }: FormBody): readonly FormProblem[] {
  return Object.entries(EMPTY_KEYS)
    .filter(([name]) => values[name]?.trim() === '' && !problems.some((p) => p.name === name))
    .map(([name, key]) => ({ name, message: { key } }));
}

/** Logs in with identifier and password; `show` shows the form again with what is wrong. */
export async function submitPassword(
  page: PageRequest,
  session: LoginSession,
  submitted: {
    readonly form: FormBody;
    readonly show: (shown: ShownForm) => Promise<FastifyReply>;
  },
): Promise<FastifyReply> {
  const { form, show } = submitted;
  const problems = [...form.problems, ...findEmptyFields(form)];
  const state: FormState = { values: form.values, problems };
  if (problems.length > 0) return show({ status: 400, form: state });
  try {
    const user = await page.options.accounts.logIn(accountContext(page, session), {
      connection: session.connection,
      identifier: form.values.identifier ?? '',
      password: form.values.password ?? '',
    });
    return await finishVerifiedLogin(page, session, {
      userId: user.userId,
      isSignUp: false,
      method: 'password',
    });
  } catch (error) {
    const refusal = describeRefusal(error);
    if (refusal === undefined) throw error;
    const { status, form: refused, retryAfterSeconds } = refusal;
    if (retryAfterSeconds !== undefined) page.reply.header('retry-after', retryAfterSeconds);
    return show({ status, form: { ...state, ...refused } });
  }
}
