import type { FastifyInstance, FastifyReply } from 'fastify';
import { accountContext } from '../account-context.ts';
import type { CsrfProtection } from '../csrf.ts';
import { describeRefusal } from '../forms/account-refusal.ts';
import { readFormBody } from '../forms/form-body.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import { openForm } from '../forms/open-form.ts';
import { finishLogin } from '../login/finish-login.ts';
import { getLoginSession, type LoginSession } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { finishPasswordLogin } from '../passkeys/passkey-offer.ts';
import { readLanguages } from '../passwordless/passwordless-context.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { loginUrl, verificationCodeUrl } from '../urls.ts';
import {
  codeKeyOf,
  findPending,
  findUnverified,
  type PendingVerification,
  savePending,
  type VerifiedMethod,
} from './pending-verification.ts';
import { VERIFICATION_CODE_SCREEN, verificationCodeFields } from './screens.ts';

type WithQuery = { Querystring: Record<string, unknown> };

/** The same wish within this time, in seconds, sends no second code. */
const SAME_FORM_SECONDS = 10;
/** A login sends the first code of an address once in this time, in seconds: it is good that long. */
const FIRST_CODE_SECONDS = 600;

/** Goes on with a login in a database, over the codes that the connection wants. */
export async function finishVerifiedLogin(
  page: PageRequest,
  session: LoginSession,
  person: {
    readonly userId: string;
    readonly isSignUp: boolean;
    readonly method: VerifiedMethod;
  },
): Promise<FastifyReply> {
  const user = await session.store.users.find(person.userId);
  const { isSignUp } = person;
  const pending = user && (await findUnverified(page, session, { user, isSignUp }));
  if (pending === undefined) return goOn(page, session, person);
  await savePending(page, session, person);
  return askForCode(page, pending);
}

/** With nothing left to verify; who has given a password may be offered a passkey. */
function goOn(
  page: PageRequest,
  session: LoginSession,
  { userId, method }: { readonly userId: string; readonly method: VerifiedMethod },
): Promise<FastifyReply> {
  return method === 'passkey'
    ? finishLogin(page, session, { userId, method })
    : finishPasswordLogin(page, session, userId);
}

/** Sends the first code of an address and shows the page that takes it. */
async function askForCode(page: PageRequest, pending: PendingVerification): Promise<FastifyReply> {
  try {
    await sendOnce(page, pending, { what: 'first', seconds: FIRST_CODE_SECONDS });
  } catch (error) {
    return showRefusal(page, pending, error);
  }
  const url = verificationCodeUrl(pending.session.transaction.state);
  return page.reply.header('cache-control', 'no-store').redirect(url, 303);
}

async function sendOnce(
  page: PageRequest,
  pending: PendingVerification,
  form: { readonly what: string; readonly seconds: number },
): Promise<void> {
  const { options, request } = page;
  const { session, user, channel, address } = pending;
  const key = codeKeyOf(page, pending);
  const once = `verify-${form.what}:${session.context.tenant.id}:${key}:${address}`;
  if ((await options.store.rateLimits.consume(once, form.seconds)).count > 1) return;
  await options.accounts.emailVerifications.sendCode(accountContext(page, session), {
    ...{ key, channel, user, connection: session.connection },
    languages: readLanguages(request, session.transaction.uiLocales),
  });
}

/** Adds `/u/email-verification/code`, which takes codes that were sent to e-mail addresses and phone numbers. */
export function addVerificationCodeRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<WithQuery>('/u/email-verification/code', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const context = options.contextOf(request.raw);
    const session = await getLoginSession(options, context, request.query.state);
    const found = await findPending(page, session);
    // Once all is verified, the form that did it goes on, and nothing else.
    if (found?.pending === undefined) return goToLogin(page, session);
    const isResent = request.query.resent === '1';
    return showCode(page, found.pending, { status: 200, form: EMPTY_FORM, isResent });
  });

  const addForm = (
    path: string,
    fields: readonly string[],
    take: (page: PageRequest, pending: PendingVerification, code: string) => Promise<FastifyReply>,
  ) =>
    app.post(path, async (request, reply) => {
      const page = { options, csrf, request, reply };
      const form = readFormBody(request.body, fields);
      const session = await openForm(page, form, verificationCodeUrl(form.state));
      const found = await findPending(page, session);
      if (found === undefined) return goToLogin(page, session);
      // A form that was sent twice: the other one has verified the address.
      if (found.pending === undefined) {
        return goOn(page, session, { userId: found.user.userId, method: found.method });
      }
      const state: FormState = { values: {}, problems: form.problems };
      if (form.problems.length > 0)
        return showCode(page, found.pending, { status: 400, form: state });
      return take(page, found.pending, form.values.code ?? '');
    });

  addForm('/u/email-verification/code', ['code'], takeCode);
  addForm('/u/email-verification/code/resend', [], async (page, pending) => {
    try {
      await sendOnce(page, pending, { what: 'again', seconds: SAME_FORM_SECONDS });
    } catch (error) {
      return showRefusal(page, pending, error);
    }
    const url = `${verificationCodeUrl(pending.session.transaction.state)}&resent=1`;
    return page.reply.redirect(url, 303);
  });
  addForm('/u/email-verification/code/skip', [], skip);
}

const goToLogin = ({ reply }: PageRequest, { transaction }: LoginSession): FastifyReply =>
  reply.redirect(loginUrl(transaction.state), 303);

async function takeCode(
  page: PageRequest,
  pending: PendingVerification,
  code: string,
): Promise<FastifyReply> {
  const { session, user } = pending;
  if (code.trim() === '') return showProblem(page, pending, 'email-verification.code-empty');
  const guess = { key: codeKeyOf(page, pending), code };
  const { emailVerifications } = page.options.accounts;
  await emailVerifications.confirmCode(accountContext(page, session), guess);
  // Whatever became of this code: what counts is whether the address is verified now.
  const after = await findPending(page, session);
  if (after === undefined) return goToLogin(page, session);
  if (after.pending?.channel === pending.channel) {
    return showProblem(page, pending, 'email-verification.code-wrong');
  }
  if (after.pending !== undefined) return askForCode(page, after.pending);
  return goOn(page, session, { userId: user.userId, method: after.method });
}

/** Goes on without, where the connection lets people; a link is mailed in place of the code. */
async function skip(page: PageRequest, pending: PendingVerification): Promise<FastifyReply> {
  const { options } = page;
  const { session, user, isOptional } = pending;
  if (!isOptional) return showProblem(page, pending, 'email-verification.code-empty');
  const once = `verify-skip:${session.context.tenant.id}:${codeKeyOf(page, pending)}`;
  const { count } = await options.store.rateLimits.consume(once, FIRST_CODE_SECONDS);
  const { connection } = session;
  if (count === 1) {
    await options.accounts.emailVerifications.send(accountContext(page, session), {
      ...{ user, connection },
    });
  }
  // From here on the login is as any other: what is required is asked for all the same.
  const { userId } = user;
  return finishVerifiedLogin(page, session, { userId, isSignUp: false, method: 'password' });
}

function showProblem(
  page: PageRequest,
  pending: PendingVerification,
  key: string,
): Promise<FastifyReply> {
  const form: FormState = { values: {}, problems: [{ name: 'code', message: { key } }] };
  return showCode(page, pending, { status: 400, form });
}

/** Says that no further code is sent for now; everything else is not the page's. */
async function showRefusal(
  page: PageRequest,
  pending: PendingVerification,
  error: unknown,
): Promise<FastifyReply> {
  const refusal = describeRefusal(error);
  if (refusal === undefined) throw error;
  const { status, form, retryAfterSeconds } = refusal;
  if (retryAfterSeconds !== undefined) page.reply.header('retry-after', retryAfterSeconds);
  return showCode(page, pending, { status, form: { ...EMPTY_FORM, ...form } });
}

async function showCode(
  page: PageRequest,
  pending: PendingVerification,
  shown: { readonly status: number; readonly form: FormState; readonly isResent?: boolean },
): Promise<FastifyReply> {
  const { session, channel, address, isOptional } = pending;
  const { status, form, isResent = false } = shown;
  return showScreen(page, {
    session,
    screen: VERIFICATION_CODE_SCREEN,
    ...{ status, form },
    data: (t) => ({
      ...{ channel, address, isOptional, isResent },
      fields: verificationCodeFields(t, form),
    }),
  });
}
