import { isPasswordless } from '@tessera/accounts';
import type { FastifyInstance } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { readFormBody } from '../forms/form-body.ts';
import type { FormState } from '../forms/form-state.ts';
import { openForm } from '../forms/open-form.ts';
import { finishLogin } from '../login/finish-login.ts';
import { getLoginSession, type LoginSession, withConnection } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import type { PageRequest } from '../show-screen.ts';
import { codeUrl, loginUrl } from '../urls.ts';
import { findSentCode, saveSentCode } from './code-page.ts';
import { passwordlessContext, readLanguages } from './passwordless-context.ts';
import { ADDRESS_FIELD } from './screens.ts';
import { channelOf, describeFailure, showAddress, showCode } from './show-pages.ts';

type WithQuery = { Querystring: Record<string, unknown> };

/** The same form sent again within this time, in seconds, sends no second code. */
const SAME_FORM_SECONDS = 10;

/** Adds the pages that send a code and take it: `/u/login/passwordless` and `/u/login/code`. */
export function addPasswordlessRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  addAddressPage(app, options, csrf);
  addCodePage(app, options, csrf);
}

/** The session with the passwordless connection of a name. */
function chooseConnection(session: LoginSession, name: unknown): LoginSession {
  return withConnection(session, (one) => isPasswordless(one) && one.name === name);
}

function addAddressPage(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<WithQuery>('/u/login/passwordless', async (request, reply) => {
    const context = options.contextOf(request.raw);
    const found = await getLoginSession(options, context, request.query.state);
    const session = chooseConnection(found, request.query.connection);
    const values = { [ADDRESS_FIELD[channelOf(session)]]: session.transaction.loginHint ?? '' };
    const page = { options, csrf, request, reply };
    return showAddress(page, session, { status: 200, form: { values, problems: [] } });
  });

  app.post('/u/login/passwordless', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['connection', 'email', 'phone_number']);
    const opened = await openForm(page, form, loginUrl(form.state));
    const session = chooseConnection(opened, form.values.connection);
    const state: FormState = { values: form.values, problems: form.problems };
    if (form.problems.length > 0) return showAddress(page, session, { status: 400, form: state });
    const address = form.values[ADDRESS_FIELD[channelOf(session)]] ?? '';
    try {
      await sendCode(page, session, { address, isAgain: false });
    } catch (error) {
      return showAddress(page, session, describeFailure(page, { error, state }));
    }
    return reply.redirect(codeUrl(form.state), 303);
  });
}

/** Sends a code once per form and notes where it went. */
async function sendCode(
  page: PageRequest,
  session: LoginSession,
  asked: { readonly address: string; readonly isAgain: boolean },
): Promise<void> {
  const { options, request } = page;
  const { connection, context, transaction } = session;
  const what = `${asked.isAgain ? 'again' : 'first'}:${connection.id}:${asked.address}`;
  const form = `passwordless-form:${context.tenant.id}:${transaction.state}:${what}`;
  const { count } = await options.store.rateLimits.consume(form, SAME_FORM_SECONDS);
  if (count > 1 && (await findSentCode(session)) !== undefined) return;
  const { address } = await options.passwordless.start(passwordlessContext(page, session), {
    connection,
    address: asked.address,
    send: 'code',
    languages: readLanguages(request, transaction.uiLocales),
  });
  await saveSentCode(session, { address, at: options.clock.now() });
}

function addCodePage(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<WithQuery>('/u/login/code', async (request, reply) => {
    const context = options.contextOf(request.raw);
    const session = await getLoginSession(options, context, request.query.state);
    const sent = await findSentCode(session);
    if (sent === undefined) return reply.redirect(loginUrl(session.transaction.state), 303);
    const isResent = request.query.resent === '1';
    const form = { values: {}, problems: [] };
    return showCode({ options, csrf, request, reply }, sent, { status: 200, form, isResent });
  });

  app.post('/u/login/code', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['code']);
    const sent = await findSentCode(await openForm(page, form, codeUrl(form.state)));
    if (sent === undefined) return reply.redirect(loginUrl(form.state), 303);
    const { session, address } = sent;
    const { code = '' } = form.values;
    const state: FormState = {
      values: {},
      problems:
        code.trim() === '' && form.problems.length === 0
          ? [{ name: 'code', message: { key: 'passwordless.code-empty' } }]
          : form.problems,
    };
    if (state.problems.length > 0) return showCode(page, sent, { status: 400, form: state });
    try {
      const user = await options.passwordless.logInWithCode(passwordlessContext(page, session), {
        connection: session.connection,
        address,
        code,
        attemptKey: form.state,
      });
      return await finishLogin(page, session, { userId: user.userId, method: channelOf(session) });
    } catch (error) {
      return showCode(page, sent, describeFailure(page, { error, state }));
    }
  });

  app.post('/u/login/code/resend', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, []);
    const sent = await findSentCode(await openForm(page, form, codeUrl(form.state)));
    if (sent === undefined) return reply.redirect(loginUrl(form.state), 303);
    try {
      await sendCode(page, sent.session, { address: sent.address, isAgain: true });
    } catch (error) {
      const state: FormState = { values: {}, problems: [] };
      return showCode(page, sent, describeFailure(page, { error, state }));
    }
    return reply.redirect(`${codeUrl(form.state)}&resent=1`, 303);
  });
}
