import { getLoginSession, type LoginSession } from '../login-session.ts';
import { forgedForm, PageProblemError } from '../page-problem.ts';
import type { PageRequest } from '../show-screen.ts';
import type { FormBody } from './form-body.ts';

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
