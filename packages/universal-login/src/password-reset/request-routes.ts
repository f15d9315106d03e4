import { type AccountContext, RESET_LIMITS, resetCodeKey } from '@tessera/accounts';
import type { Connection } from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { accountContext } from '../account-context.ts';
import type { CsrfProtection } from '../csrf.ts';
import { describeRefusal } from '../forms/account-refusal.ts';
import { type FormBody, readFormBody } from '../forms/form-body.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import { openForm } from '../forms/open-form.ts';
import { getLoginSession, type LoginSession } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { NO_CONNECTION, PageProblemError } from '../page-problem.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { chosenLoginUrl } from '../urls.ts';
import { browserOf } from './reset-context.ts';
import { nextUrl, resetRequestUrl } from './reset-urls.ts';
import {
  RESET_CODE_SCREEN,
  RESET_REQUEST_SCREEN,
  RESET_SENT_SCREEN,
  resetCodeFields,
  resetRequestFields,
} from './screens.ts';

interface ConnectionPath {
  readonly Params: { readonly connection: string };
  readonly Querystring: Record<string, unknown>;
}

const REQUEST_PATH = '/u/reset-password/request/:connection';
const REQUEST_ID = /^[A-Za-z0-9_-]{22}$/;
const REQUEST_ID_BYTES = 16;

/** Adds the pages that ask whose password was forgotten, and that take a code. */
export function addResetRequestRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<ConnectionPath>(REQUEST_PATH, async (request, reply) => {
    const context = options.contextOf(request.raw);
    const session = await getLoginSession(options, context, request.query.state);
    const connection = await findConnection(session, request.params.connection);
    const values = { identifier: session.transaction.loginHint ?? '' };
    const form = { values, problems: [] };
    const page = { options, csrf, request, reply };
    return showRequest(page, { session, connection }, { status: 200, form });
  });

  app.post<ConnectionPath>(REQUEST_PATH, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['identifier', 'request']);
    const session = await openForm(
      page,
      form,
      resetRequestUrl(request.params.connection, form.state),
    );
    const connection = await findConnection(session, request.params.connection);
    return takeRequest(page, { session, connection }, form);
  });

  app.post('/u/reset-password/code', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['code', 'request']);
    const session = await openForm(page, form, `/u/login?state=${encodeURIComponent(form.state)}`);
    return takeCode(page, session, form);
  });
}

/** A login, and the connection whose password was forgotten. */
interface ResetPlace {
  readonly session: LoginSession;
  readonly connection: Connection;
}

async function findConnection(session: LoginSession, name: string): Promise<Connection> {
  const connections = await session.store.connections.listForClient(session.client.clientId);
  const connection = connections.find((candidate) => candidate.name === name);
  if (connection?.strategy !== 'auth0') throw new PageProblemError(NO_CONNECTION);
  return connection;
}

async function takeRequest(
  page: PageRequest,
  place: ResetPlace,
  form: FormBody,
): Promise<FastifyReply> {
  const { session, connection } = place;
  const { identifier = '', request: requestId = '' } = form.values;
  const isEmpty = identifier.trim() === '' && form.problems.length === 0;
  const empty = { name: 'identifier', message: { key: 'login.identifier-empty' } };
  const problems = isEmpty ? [empty] : form.problems;
  const state: FormState = { values: form.values, problems };
  if (problems.length > 0 || !REQUEST_ID.test(requestId)) {
    return showRequest(page, place, { status: 400, form: state });
  }
  const { accounts, store } = page.options;
  const { emailMethod } = await accounts.describeConnection(connection);
  const isByCode = emailMethod === 'code' || identifier.trim().startsWith('+');
  const context = resetRequestContext(page, place, identifier);
  const once = `reset-form:${context.tenant.id}:${requestId}`;
  const { count } = await store.rateLimits.consume(once, RESET_LIMITS.requestWindowSeconds);
  try {
    // A form sent twice does its work once.
    if (count === 1) {
      const codeKey = isByCode ? { codeKey: codeKeyOf(page, requestId) } : {};
      await accounts.passwordResets.request(context, { connection, identifier, ...codeKey });
    }
  } catch (error) {
    const refusal = describeRefusal(error);
    if (refusal === undefined) throw error;
    if (refusal.retryAfterSeconds !== undefined) {
      page.reply.header('retry-after', refusal.retryAfterSeconds);
    }
    return showRequest(page, place, {
      status: refusal.status,
      form: { ...state, ...refusal.form },
    });
  }
  if (isByCode) return showCode(page, session, { status: 200, form: EMPTY_FORM, requestId });
  const loginUrl = chosenLoginUrl(session.transaction.state);
  return showScreen(page, { session, screen: RESET_SENT_SCREEN, data: { loginUrl } });
}

function resetRequestContext(
  page: PageRequest,
  { session, connection }: ResetPlace,
  identifier: string,
): AccountContext {
  return accountContext(page, { ...session, connection }, { identifier });
}

/** The key is of this browser alone; whoever has the address of the page cannot guess codes. */
function codeKeyOf({ csrf, request }: PageRequest, requestId: string): string {
  return resetCodeKey(browserOf(csrf, request.headers.cookie).id ?? '', requestId);
}

async function takeCode(
  page: PageRequest,
  session: LoginSession,
  form: FormBody,
): Promise<FastifyReply> {
  const { options, csrf, request, reply } = page;
  const { code = '', request: requestId = '' } = form.values;
  const key = codeKeyOf(page, requestId);
  const { uiLocales } = session.transaction;
  const browser = {
    ...browserOf(csrf, request.headers.cookie),
    ...(uiLocales === undefined ? {} : { uiLocales }),
  };
  // Counted here too, where nobody has an account: the answers are the same then.
  const { count, resetsInMs } = await options.store.rateLimits.consume(
    `reset-code:${key}`,
    RESET_LIMITS.requestWindowSeconds,
  );
  if (count > RESET_LIMITS.codeAttempts) {
    reply.header('retry-after', Math.ceil(resetsInMs / 1000));
    const tooMany: FormState = { ...EMPTY_FORM, message: { key: 'account.too-many.attempts' } };
    return showCode(page, session, { status: 429, form: tooMany, requestId });
  }
  const guess = { key, code: code.replaceAll(/\s/g, '') };
  const context = accountContext(page, session);
  const view = await options.accounts.passwordResets.beginWithCode(context, browser, guess);
  if (view !== undefined)
    return reply.header('cache-control', 'no-store').redirect(nextUrl(view), 303);
  const wrong = { name: 'code', message: { key: 'password-reset.code-wrong' } };
  const state: FormState = { values: {}, problems: [wrong] };
  return showCode(page, session, { status: 400, form: state, requestId });
}

async function showRequest(
  page: PageRequest,
  { session, connection }: ResetPlace,
  shown: { readonly status: number; readonly form: FormState },
): Promise<FastifyReply> {
  const { accounts, randomBytes } = page.options;
  const { email, username, phoneNumber } = await accounts.describeConnection(connection);
  const kinds = [
    ...(email.isActive ? ['email'] : []),
    ...(username.isActive ? ['username'] : []),
    ...(phoneNumber.isActive ? ['phone'] : []),
  ];
  const label = `login.identifier.${kinds.join('-') || 'username'}`;
  const { state } = session.transaction;
  return showScreen(page, {
    session,
    screen: RESET_REQUEST_SCREEN,
    ...shown,
    data: (t) => ({
      fields: resetRequestFields(t, label, shown.form),
      submitUrl: `/u/reset-password/request/${encodeURIComponent(connection.name)}`,
      loginUrl: chosenLoginUrl(state),
      requestId: Buffer.from(randomBytes(REQUEST_ID_BYTES)).toString('base64url'),
    }),
  });
}

function showCode(
  page: PageRequest,
  session: LoginSession,
  shown: { readonly status: number; readonly form: FormState; readonly requestId: string },
): Promise<FastifyReply> {
  const { requestId, ...rest } = shown;
  const againUrl = resetRequestUrl(session.connection.name, session.transaction.state);
  return showScreen(page, {
    session,
    screen: RESET_CODE_SCREEN,
    ...rest,
    data: (t) => ({ fields: resetCodeFields(t, shown.form), requestId, againUrl }),
  });
}
