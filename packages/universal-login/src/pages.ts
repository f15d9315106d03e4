import type { RequestContext } from '@tessera/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBrand } from './brand.ts';
import type { CsrfProtection } from './csrf.ts';
import { type FormState, loginFields, signUpFields, viewSummary } from './form-fields.ts';
import type { LoginSession } from './login-session.ts';
import type { UniversalLoginOptions } from './options.ts';
import type { PageProblem } from './page-problem.ts';
import { type FormTargets, pageHeaders } from './security-headers.ts';
import { renderTemplate } from './templates.ts';

/** A request on its way to a page, with the services that pages need. */
export interface PageRequest {
  readonly options: UniversalLoginOptions;
  readonly csrf: CsrfProtection;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Addresses of the pages, relative to the tenant's origin. */
export const loginUrl = (state: string): string => `/u/login?state=${encodeURIComponent(state)}`;
export const signUpUrl = (state: string): string => `/u/signup?state=${encodeURIComponent(state)}`;
/** The login page for those who chose it: it does not send them back to the signup page. */
const chosenLoginUrl = (state: string): string => `${loginUrl(state)}&from=signup`;

const NO_PROBLEMS: FormState = { values: {}, problems: [] };

/** Shows the login form. */
export async function showLogin(
  page: PageRequest,
  session: LoginSession,
  status: number,
  state: FormState = NO_PROBLEMS,
): Promise<FastifyReply> {
  const forms = await page.options.accounts.describeConnection(session.connection);
  const html = await renderTemplate('login', {
    title: 'Log in',
    brand: readBrand(session.context.tenant, session.client),
    data: {
      ...commonData(page, session, state),
      fields: loginFields(forms, state),
      signUpUrl: forms.isSignUpDisabled ? null : signUpUrl(session.transaction.state),
    },
  });
  return sendPage(page.reply, { status, html, forms: 'self' });
}

/** Shows the signup form. */
export async function showSignUp(
  page: PageRequest,
  session: LoginSession,
  status: number,
  state: FormState = NO_PROBLEMS,
): Promise<FastifyReply> {
  const forms = await page.options.accounts.describeConnection(session.connection);
  const html = await renderTemplate('signup', {
    title: 'Create your account',
    brand: readBrand(session.context.tenant, session.client),
    data: {
      ...commonData(page, session, state),
      fields: signUpFields(forms, state),
      loginUrl: chosenLoginUrl(session.transaction.state),
    },
  });
  return sendPage(page.reply, { status, html, forms: 'self' });
}

function commonData({ csrf, request, reply }: PageRequest, session: LoginSession, form: FormState) {
  const { context, client, connection, connectionCount } = session;
  const { state } = session.transaction;
  const browser = csrf.openBrowser(request.headers);
  if (browser.setCookie !== undefined) reply.header('set-cookie', browser.setCookie);
  return {
    application: client.name,
    connectionName: connectionCount > 1 ? (connection.displayName ?? connection.name) : null,
    summary: viewSummary(form),
    state,
    csrfToken: csrf.issue(context, browser.id, state),
  };
}

/** Shows an error page. */
export async function showProblem(
  reply: FastifyReply,
  context: RequestContext,
  problem: PageProblem & { readonly code?: string; readonly traceId?: string },
): Promise<FastifyReply> {
  const html = await renderTemplate('error', {
    title: problem.heading,
    brand: readBrand(context.tenant),
    data: {
      heading: problem.heading,
      description: problem.description,
      advice: problem.advice ?? null,
      retryUrl: problem.retryUrl ?? null,
      code: problem.code ?? null,
      traceId: problem.traceId ?? null,
    },
  });
  return sendPage(reply, { status: problem.status, html, forms: 'none' });
}

/**
 * Sends the browser on, to the protocol and from there to the application or wherever an action
 * redirects to. Chromium would stop that at the form's `form-action 'self'`, which it applies to the
 * whole chain of redirects after a POST; so browsers get a page that refreshes itself, which begins
 * a new navigation and needs no script. Everyone else gets the plain 303.
 */
export async function sendOn(
  { request, reply }: PageRequest,
  session: LoginSession,
  url: string,
): Promise<FastifyReply> {
  if (!request.headers.accept?.includes('text/html')) {
    return reply.header('cache-control', 'no-store').redirect(url, 303);
  }
  const html = await renderTemplate('continue', {
    title: 'One moment',
    brand: readBrand(session.context.tenant, session.client),
    data: { url },
  });
  return sendPage(reply, { status: 200, html, forms: 'none' });
}

function sendPage(
  reply: FastifyReply,
  page: { readonly status: number; readonly html: string; readonly forms: FormTargets },
): FastifyReply {
  return reply.code(page.status).headers(pageHeaders(page.forms)).send(page.html);
}
