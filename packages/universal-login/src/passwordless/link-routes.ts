import { isPasswordless, type PasswordlessLink } from '@tessera/accounts';
import { AppError, type RequestContext } from '@tessera/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { readFormBody } from '../forms/form-body.ts';
import { finishLogin } from '../login/finish-login.ts';
import { isState, type LoginSession, withConnection } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { forgedForm, type PageProblem, PageProblemError } from '../page-problem.ts';
import { readRequestFacts } from '../request-facts.ts';
import { type PageRequest, sendOn, showProblem, showScreen } from '../show-screen.ts';
import { passwordlessContext } from './passwordless-context.ts';
import { LINK_SCREEN } from './screens.ts';
import { describeFailure, showAddress } from './show-pages.ts';

const PATH = '/passwordless/verify_redirect';
/**
 * `__Host-` keeps other hosts of the domain from planting a link of somebody else's, with which whoever
 * logs in next would be them; browsers take it over TLS only.
 */
const cookieName = ({ secureCookies }: UniversalLoginOptions): string =>
  secureCookies ? '__Host-tessera_link' : 'tessera_link';
/** How long the authorization that a link begins may take to reach the login page. */
const COOKIE_SECONDS = 300;

const LINK_EXPIRED: PageProblem = { status: 400, texts: 'passwordless.link-expired' };

/**
 * Adds the page that a link from an e-mail leads to. Programs that look at links in mails do not press
 * buttons, so looking uses nothing up; and who follows a link of somebody else reads whose it is.
 */
export function addLinkRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<{ Querystring: Record<string, unknown> }>(PATH, async (request, reply) => {
    const context = options.contextOf(request.raw);
    const { ticket } = request.query;
    const { link, client } = await getLink(options, context, { request, ticket });
    return showScreen(
      { options, csrf, request, reply },
      {
        context,
        state: String(ticket),
        client,
        screen: LINK_SCREEN,
        data: { address: link.address },
      },
    );
  });

  app.post(PATH, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const context = options.contextOf(request.raw);
    const { state, csrfToken: token } = readFormBody(request.body, []);
    if (!csrf.check(context, request.headers, { state, token })) {
      throw new PageProblemError(forgedForm(`${PATH}?ticket=${encodeURIComponent(state)}`));
    }
    const { link, client } = await getLink(options, context, { request, ticket: state });
    reply.header('set-cookie', writeCookie(options, state, COOKIE_SECONDS));
    return sendOn(page, { context, client }, authorizeUrl(link, client.callbacks[0]));
  });
}

async function getLink(
  options: UniversalLoginOptions,
  context: RequestContext,
  asked: { readonly request: FastifyRequest; readonly ticket: unknown },
) {
  const { request, ticket } = asked;
  const store = options.store.tenant(context.tenant.id);
  const facts = readRequestFacts(request, context, { query: {}, body: {} });
  const link = isState(ticket)
    ? await options.passwordless.findLink({ ...context, store, request: facts }, ticket)
    : undefined;
  const client = link && (await store.clients.find(link.clientId));
  if (link === undefined || client === undefined) throw new PageProblemError(LINK_EXPIRED);
  return { link, client };
}

/** The authorization that the application asked for, as the person whom the link names. */
function authorizeUrl(link: PasswordlessLink, callback: string | undefined): string {
  const query = new URLSearchParams({
    response_type: 'code',
    scope: 'openid profile email',
    ...(callback === undefined ? {} : { redirect_uri: callback }),
    ...link.authParams,
    client_id: link.clientId,
    connection: link.connection.name,
    login_hint: link.address,
    // Whoever is logged in in this browser need not be the one whom the link names.
    prompt: 'login',
  });
  return `/authorize?${query}`;
}

function writeCookie(options: UniversalLoginOptions, value: string, seconds: number): string {
  const secure = options.secureCookies ? '; Secure' : '';
  const name = cookieName(options);
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}

function readCookie(options: UniversalLoginOptions, { headers }: FastifyRequest) {
  const prefix = `${cookieName(options)}=`;
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length);
  return isState(value) ? value : undefined;
}

/** Logs in whoever has just come with a link; undefined for everyone else. */
export async function continueWithLink(
  page: PageRequest,
  session: LoginSession,
): Promise<FastifyReply | undefined> {
  const { options, request, reply } = page;
  const secret = readCookie(options, request);
  if (secret === undefined || !isPasswordless(session.connection)) return undefined;
  reply.header('set-cookie', writeCookie(options, '', 0));
  try {
    const { user, connection } = await options.passwordless.logInWithLink(
      passwordlessContext(page, session),
      { secret, attemptKey: session.transaction.state },
    );
    const linked = withConnection(session, ({ id }) => id === connection.id);
    return await finishLogin(page, linked, { userId: user.userId, method: 'email' });
  } catch (error) {
    if (error instanceof AppError && error.code === 'wrong_credentials') {
      return showProblem(page, { session }, LINK_EXPIRED);
    }
    const form = { values: {}, problems: [] };
    return showAddress(page, session, describeFailure(page, { error, state: form }));
  }
}
