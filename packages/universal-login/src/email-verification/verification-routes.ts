import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { readFormBody } from '../forms/form-body.ts';
import { isState } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { forgedForm, type PageProblem, PageProblemError } from '../page-problem.ts';
import { pageContext } from '../password-reset/reset-context.ts';
import { type PageRequest, sendOn, showScreen } from '../show-screen.ts';
import { EMAIL_VERIFIED_SCREEN, UNBLOCK_SCREEN, UNBLOCKED_SCREEN } from './screens.ts';

interface WithQuery {
  readonly Querystring: Record<string, unknown>;
}

/** The link is unknown, used or expired. */
const LINK_GONE: PageProblem = { status: 400, texts: 'email-verification.link-gone' };

/** Adds the pages behind links of mails: a verified address, and the end of a block. */
export function addEmailVerificationRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  const { loginBlocks } = options.accounts;

  app.get<WithQuery>('/u/email-verification', async (request, reply) =>
    verify({ options, csrf, request, reply }, request.query.ticket),
  );

  app.get<WithQuery>('/u/unblock-account', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const { ticket } = request.query;
    if (!isState(ticket) || !(await loginBlocks.isGood(pageContext(page), ticket))) {
      throw new PageProblemError(LINK_GONE);
    }
    const context = options.contextOf(request.raw);
    return showScreen(page, { context, state: ticket, screen: UNBLOCK_SCREEN, data: {} });
  });

  app.post('/u/unblock-account', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const { state, csrfToken: token } = readFormBody(request.body, []);
    const context = options.contextOf(request.raw);
    if (!csrf.check(context, request.headers, { state, token })) {
      throw new PageProblemError(forgedForm(`/u/unblock-account?ticket=${state}`));
    }
    if (!(await loginBlocks.liftWithTicket(pageContext(page), state))) {
      throw new PageProblemError(LINK_GONE);
    }
    return showScreen(page, { context, screen: UNBLOCKED_SCREEN, data: {} });
  });
}

async function verify(page: PageRequest, ticket: unknown): Promise<FastifyReply> {
  const { options, request } = page;
  const accountContext = pageContext(page);
  const result = isState(ticket)
    ? await options.accounts.emailVerifications.confirm(accountContext, ticket)
    : undefined;
  if (result === undefined) throw new PageProblemError(LINK_GONE);
  const { clientId, user, url } = result;
  const client =
    clientId === undefined ? undefined : await accountContext.store.clients.find(clientId);
  const place = { context: options.contextOf(request.raw), client };
  if (url !== undefined) return sendOn(page, place, url);
  const data = { email: user.email ?? '', applicationUrl: client?.initiateLoginUri ?? null };
  return showScreen(page, { ...place, screen: EMAIL_VERIFIED_SCREEN, data });
}
