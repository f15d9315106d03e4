import type { FastifyInstance } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { readFormBody } from '../forms/form-body.ts';
import { openForm } from '../forms/open-form.ts';
import { getLoginSession, type LoginSession, withConnection } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { continueWithLink } from '../passwordless/link-routes.ts';
import { federatedUrl, identifierUrl, loginUrl, passwordlessUrl, signUpUrl } from '../urls.ts';
import {
  isDatabase,
  isIdentifierFirst,
  showIdentifier,
  showLogin,
  showPassword,
} from './show-login.ts';
import { findEmptyFields, submitPassword } from './submit-password.ts';

type WithQuery = { Querystring: Record<string, unknown> };

/** Adds `/u/login`, where logins begin, and the pages of logins with a password. */
export function addLoginRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<WithQuery>('/u/login', async (request, reply) => {
    const context = options.contextOf(request.raw);
    const session = await getLoginSession(options, context, request.query.state);
    const page = { options, csrf, request, reply };
    const linked = await continueWithLink(page, session);
    if (linked !== undefined) return linked;
    const target = await findFirstPage(options, session, request.query.from === 'signup');
    if (target !== undefined) return reply.redirect(target, 303);
    return showLogin(page, session, { status: 200, form: hintedForm(session) });
  });

  app.post('/u/login', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['identifier', 'password']);
    const session = onlyDatabase(await openForm(page, form, loginUrl(form.state)));
    return submitPassword(page, session, {
      form,
      show: (shown) => showLogin(page, session, shown),
    });
  });
  addIdentifierFirst(app, options, csrf);
}

/** The page that a login begins with, when it is not `/u/login` itself. */
async function findFirstPage(
  options: UniversalLoginOptions,
  session: LoginSession,
  isLoginChosen: boolean,
): Promise<string | undefined> {
  const { transaction, connection, connections } = session;
  const { state, screenHint, prompt } = transaction;
  const isOnly = connections.length === 1;
  if (isOnly && (connection.strategy === 'email' || connection.strategy === 'sms')) {
    return passwordlessUrl(state, connection.name);
  }
  if (isOnly && connection.strategy === 'oidc') return federatedUrl(state);
  if (!isDatabase(session)) return undefined;
  const wantsSignUp = screenHint === 'signup' || prompt?.split(' ').includes('create') === true;
  if (wantsSignUp && !isLoginChosen) {
    const { isSignUpDisabled } = await options.accounts.describeConnection(connection);
    if (!isSignUpDisabled) return signUpUrl(state);
  }
  return isIdentifierFirst(session) ? identifierUrl(state) : undefined;
}

const hintedForm = ({ transaction }: LoginSession) => ({
  values: { identifier: transaction.loginHint ?? '' },
  problems: [],
});

/** Passwords belong to databases, whatever else the application has. */
const onlyDatabase = (session: LoginSession): LoginSession =>
  withConnection(
    session,
    ({ id, strategy }) => strategy === 'auth0' && id === session.connection.id,
  );

/** The identifier on one page, the password on the next; who does not exist comes to both. */
function addIdentifierFirst(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<WithQuery>('/u/login/identifier', async (request, reply) => {
    const context = options.contextOf(request.raw);
    const found = await getLoginSession(options, context, request.query.state);
    const session = onlyDatabase(found);
    const page = { options, csrf, request, reply };
    return showIdentifier(page, session, { status: 200, form: hintedForm(session) });
  });

  app.post('/u/login/identifier', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['identifier']);
    const session = onlyDatabase(await openForm(page, form, identifierUrl(form.state)));
    const problems = [...form.problems, ...findEmptyFields(form)];
    if (problems.length > 0) {
      const state = { values: form.values, problems };
      return showIdentifier(page, session, { status: 400, form: state });
    }
    const identifier = form.values.identifier?.trim() ?? '';
    const empty = { values: {}, problems: [] };
    return showPassword(page, session, { status: 200, form: empty, identifier });
  });

  // Who comes by an address, or back, says again who they are.
  app.get<WithQuery>('/u/login/password', async (request, reply) => {
    const context = options.contextOf(request.raw);
    const session = await getLoginSession(options, context, request.query.state);
    return reply.redirect(identifierUrl(session.transaction.state), 303);
  });

  app.post('/u/login/password', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['identifier', 'password']);
    const session = onlyDatabase(await openForm(page, form, identifierUrl(form.state)));
    const identifier = form.values.identifier?.trim() ?? '';
    return submitPassword(page, session, {
      form,
      show: (shown) =>
        identifier === ''
          ? showIdentifier(page, session, shown)
          : showPassword(page, session, { ...shown, identifier }),
    });
  });
}
