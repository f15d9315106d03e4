import { UpstreamError } from '@tessera/accounts';
import type { Connection } from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { accountContext } from '../account-context.ts';
import type { CsrfProtection } from '../csrf.ts';
import { readFormBody } from '../forms/form-body.ts';
import { openForm } from '../forms/open-form.ts';
import { finishLogin } from '../login/finish-login.ts';
import { getLoginSession, type LoginSession, withConnection } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { PageProblemError, TRANSACTION_UNKNOWN } from '../page-problem.ts';
import { type PageRequest, sendOn } from '../show-screen.ts';
import { loginUrl, UPSTREAM_CALLBACK } from '../urls.ts';

type WithQuery = { Querystring: Record<string, unknown> };

/** Adds what sends people to an upstream provider, and where they come back. */
export function addUpstreamRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  // For applications that name the connection, or have no other: nothing is asked here.
  app.get<WithQuery>('/u/login/federated', async (request, reply) => {
    const context = options.contextOf(request.raw);
    const session = await getLoginSession(options, context, request.query.state);
    return begin({ options, csrf, request, reply }, withConnection(session, isUpstream));
  });

  app.post('/u/login/federated', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['connection']);
    const session = await openForm(page, form, loginUrl(form.state));
    const wanted = form.values.connection;
    return begin(
      page,
      withConnection(session, (one) => isUpstream(one) && one.name === wanted),
    );
  });

  app.get<WithQuery>(UPSTREAM_CALLBACK, async (request, reply) =>
    takeAnswer({ options, csrf, request, reply }, textMembers(request.query)),
  );
}

const isUpstream = ({ strategy }: Connection): boolean => strategy === 'oidc';

/** A parameter that comes twice is none. */
function textMembers(query: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

async function begin(page: PageRequest, session: LoginSession): Promise<FastifyReply> {
  const { options, csrf, request, reply } = page;
  const { context, connection, transaction } = session;
  const browser = csrf.openBrowser(request.headers);
  if (browser.setCookie !== undefined) reply.header('set-cookie', browser.setCookie);
  const { loginHint, prompt } = transaction;
  try {
    const url = await options.upstreamLogins.begin(accountContext(page, session), {
      connection,
      connectionId: connection.id,
      transactionState: transaction.state,
      callbackUrl: callbackUrl(context.baseUrl),
      browserId: browser.id,
      forcesLogin: prompt?.split(' ').includes('login') === true,
      ...(loginHint === undefined ? {} : { loginHint }),
    });
    return await sendOn(page, { session }, url.href);
  } catch (error) {
    throw toProblem(page, session, error);
  }
}

async function takeAnswer(
  page: PageRequest,
  query: Readonly<Record<string, string>>,
): Promise<FastifyReply> {
  const { options, csrf, request } = page;
  const context = options.contextOf(request.raw);
  const { state = '' } = query;
  const store = options.store.tenant(context.tenant.id);
  const browserId = csrf.openBrowser(request.headers).id;
  const pending = await options.upstreamLogins.find(store, { state, browserId });
  if (pending === undefined) throw new PageProblemError(TRANSACTION_UNKNOWN);
  // The login here belongs to this browser too, or it is not found.
  const found = await getLoginSession(options, context, pending.transactionState);
  const session = withConnection(found, ({ id }) => id === pending.connectionId);
  const { connection, transaction } = session;
  try {
    const user = await options.upstreamLogins.complete(accountContext(page, session), {
      connection,
      state,
      callbackUrl: callbackUrl(context.baseUrl),
      query,
    });
    return await finishLogin(page, session, { userId: user.userId, method: 'federated' });
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.kind !== 'refused') {
      throw toProblem(page, session, error);
    }
    const url = await options.transactions.fail(context, transaction.state, {
      error: error.code,
      errorDescription: error.detail,
    });
    return await sendOn(page, { session }, url);
  }
}

const callbackUrl = (baseUrl: string): string => new URL(UPSTREAM_CALLBACK, baseUrl).href;

/** Why it failed is in the tenant's log; the person can only try again, or another way. */
function toProblem(
  { options, request }: PageRequest,
  { connection, context, transaction }: LoginSession,
  error: unknown,
): unknown {
  if (!(error instanceof UpstreamError)) return error;
  const fields = { err: error, tenantId: context.tenant.id, requestId: request.id };
  options.logger.warn(fields, 'a login at an upstream provider failed');
  return new PageProblemError({
    status: 502,
    texts: 'upstream.failed',
    values: { connection: connection.displayName ?? connection.name },
    retryUrl: loginUrl(transaction.state),
  });
}
