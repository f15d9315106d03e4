import type { AccountContext, ResetView } from '@tessera/accounts';
import type { JsonObject } from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { describeRefusal } from '../forms/account-refusal.ts';
import { readFormBody } from '../forms/form-body.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { forgedForm, type PageProblem, PageProblemError } from '../page-problem.ts';
import { type PageRequest, type ScreenPlace, sendOn, showScreen } from '../show-screen.ts';
import { browserOf, pageContext } from './reset-context.ts';
import { nextUrl, resetPageUrl } from './reset-urls.ts';
import {
  NEW_PASSWORD_SCREEN,
  newPasswordFields,
  RESET_DONE_SCREEN,
  RESET_REFUSED_SCREEN,
} from './screens.ts';

interface WithQuery {
  readonly Querystring: Record<string, unknown>;
}

/** The link, or the page behind it, is unknown, used, expired, or of another browser. */
const LINK_GONE: PageProblem = { status: 400, texts: 'password-reset.link-gone' };

/** Adds the way from the link to the new password, and back from where Actions send people. */
export function addPasswordResetRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  const { passwordResets } = options.accounts;

  app.get<WithQuery>('/u/reset-verify', async (request, reply) =>
    follow({ options, csrf, request, reply }, request.query),
  );

  app.get<WithQuery>('/u/reset-password', async (request, reply) => {
    const page = { options, csrf, request, reply };
    if (request.query.ticket !== undefined) return follow(page, request.query);
    const { view } = await findView(page, pageContext(page), request.query.state);
    return showView(page, view, { status: 200, form: EMPTY_FORM });
  });

  app.post('/u/reset-password', async (request, reply) => {
    const page = { options, csrf, request, reply };
    const form = readFormBody(request.body, ['password']);
    const { state, csrfToken: token } = form;
    if (!csrf.check(options.contextOf(request.raw), request.headers, { state, token })) {
      throw new PageProblemError(forgedForm(resetPageUrl(state)));
    }
    const { view, context } = await findView(page, pageContext(page), state);
    const { problems } = form;
    if (problems.length > 0) return showView(page, view, { status: 400, form: { ...form } });
    return takePassword(page, context, { view, password: form.values.password ?? '' });
  });

  app.get<WithQuery>('/u/reset-password/resume', async (request, reply) => {
    const page = { options, csrf, request, reply };
    return resume(page, request.query.state, pageContext(page));
  });

  const comeBack = { method: ['GET', 'POST'] as string[], url: '/continue' };
  app.route<WithQuery>({
    ...comeBack,
    handler: async (request, reply) => {
      const page = { options, csrf, request, reply };
      const facts = { query: textMembers(request.query), body: textMembers(request.body) };
      const context = pageContext(page, facts);
      const { state } = request.query;
      // Other sites may POST here, and then the browser's cookie (`SameSite=Lax`) stays behind. The
      // answer waits until the browser comes with a GET that this sends it on to.
      if (request.method === 'POST' && !csrf.isKnownBrowser(request.headers)) {
        if (typeof state !== 'string' || !(await passwordResets.holdAnswer(context, state))) {
          throw new PageProblemError(LINK_GONE);
        }
        const url = `/continue?state=${encodeURIComponent(state)}`;
        return reply.header('cache-control', 'no-store').redirect(url, 303);
      }
      return resume(page, state, context);
    },
  });
}

/** Members that are one text; Actions see no others. */
function textMembers(source: unknown): JsonObject {
  const entries = Object.entries(typeof source === 'object' && source !== null ? source : {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Follows a link. Mail programs that look at links do no harm: it is good until a password takes it. */
async function follow(page: PageRequest, query: Record<string, unknown>): Promise<FastifyReply> {
  const { options, csrf, request, reply } = page;
  const { ticket, ui_locales: uiLocales } = query;
  const browser = csrf.openBrowser(request.headers);
  const { ticket: _ticket, ...visible } = textMembers(query);
  const context = pageContext(page, { query: visible, body: {} });
  const view =
    typeof ticket === 'string'
      ? await options.accounts.passwordResets.begin(
          context,
          { id: browser.id, ...(typeof uiLocales === 'string' ? { uiLocales } : {}) },
          ticket,
        )
      : undefined;
  if (view === undefined) throw new PageProblemError(LINK_GONE);
  if (browser.setCookie !== undefined) reply.header('set-cookie', browser.setCookie);
  return reply
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .redirect(nextUrl(view), 303);
}

async function findView(
  { options, csrf, request }: PageRequest,
  context: AccountContext,
  state: unknown,
): Promise<{ readonly view: ResetView; readonly context: AccountContext }> {
  const browser = browserOf(csrf, request.headers.cookie);
  const view =
    typeof state === 'string'
      ? await options.accounts.passwordResets.find(context, browser, state)
      : undefined;
  if (view === undefined) throw new PageProblemError(LINK_GONE);
  return { view, context };
}

async function resume(
  page: PageRequest,
  state: unknown,
  context: AccountContext,
): Promise<FastifyReply> {
  const { options, csrf, request, reply } = page;
  const browser = browserOf(csrf, request.headers.cookie);
  const { request: facts } = context;
  const view =
    typeof state === 'string'
      ? await options.accounts.passwordResets.resume(context, browser, { state, request: facts })
      : undefined;
  if (view === undefined) throw new PageProblemError(LINK_GONE);
  return reply.header('cache-control', 'no-store').redirect(nextUrl(view), 303);
}

async function takePassword(
  page: PageRequest,
  context: AccountContext,
  change: { readonly view: ResetView; readonly password: string },
): Promise<FastifyReply> {
  const { options, csrf, request, reply } = page;
  const { view, password } = change;
  const { state } = view;
  const browser = browserOf(csrf, request.headers.cookie);
  try {
    const { passwordResets } = options.accounts;
    const done = await passwordResets.setPassword(context, browser, { state, password });
    if (done.url !== undefined) return sendOn(page, await placeOf(page, view), done.url);
    return reply.header('cache-control', 'no-store').redirect(resetPageUrl(state), 303);
  } catch (error) {
    const refusal = describeRefusal(error);
    if (refusal === undefined) throw isLinkGone(error) ? new PageProblemError(LINK_GONE) : error;
    const { status, form, retryAfterSeconds } = refusal;
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
    return showView(page, view, { status, form: { ...EMPTY_FORM, ...form } });
  }
}

const isLinkGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'transaction_invalid';

async function placeOf({ options, request }: PageRequest, view: ResetView): Promise<ScreenPlace> {
  const context = options.contextOf(request.raw);
  const { clients } = options.store.tenant(context.tenant.id);
  const client = view.clientId === undefined ? undefined : await clients.find(view.clientId);
  return { context, state: view.state, client, uiLocales: view.uiLocales };
}

/** Shows where a reset stands. */
async function showView(
  page: PageRequest,
  view: ResetView,
  shown: { readonly status: number; readonly form: FormState },
): Promise<FastifyReply> {
  const { phase, user, connection } = view;
  const place = await placeOf(page, view);
  switch (phase.kind) {
    case 'moved':
    case 'suspended':
      return sendOn(page, place, nextUrl(view));
    case 'refused': {
      const data = { reason: phase.reason };
      return showScreen(page, { ...place, screen: RESET_REFUSED_SCREEN, status: 403, data });
    }
    case 'done': {
      if (phase.done.url !== undefined) return sendOn(page, place, phase.done.url);
      const data = { applicationUrl: phase.done.applicationUrl ?? null };
      return showScreen(page, { ...place, screen: RESET_DONE_SCREEN, data });
    }
    case 'password': {
      const { passwordRules } = await page.options.accounts.describeConnection(connection);
      const userName = user.email ?? user.username ?? user.phoneNumber ?? null;
      return showScreen(page, {
        ...place,
        screen: NEW_PASSWORD_SCREEN,
        ...shown,
        data: (t) => ({ fields: newPasswordFields(t, passwordRules, shown.form), userName }),
      });
    }
  }
}
