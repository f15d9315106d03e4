import type { Client, RequestContext } from '@tessera/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CsrfProtection } from './csrf.ts';
import type { FormState } from './forms/form-state.ts';
import { loadTenantTranslator } from './i18n/tenant-translator.ts';
import type { Translator } from './i18n/translator.ts';
import type { LoginSession } from './login-session.ts';
import type { UniversalLoginOptions } from './options.ts';
import type { PageProblem } from './page-problem.ts';
import { renderScreen, type ScreenData } from './render-screen.ts';
import type { Screen } from './screen.ts';
import { screenHeaders } from './security-headers.ts';
import { CONTINUE_SCREEN, ERROR_SCREEN } from './system/screens.ts';

/** A request on its way to a page, with the services that pages need. */
export interface PageRequest {
  readonly options: UniversalLoginOptions;
  readonly csrf: CsrfProtection;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Whose page it is: a login's, or a page's that stands outside of one (links from messages, devices). */
export type ScreenPlace =
  | { readonly session: LoginSession }
  | {
      readonly context: RequestContext;
      /** What the form carries as `state`, and its token is signed for; see `isState`. Absent: no form. */
      readonly state?: string;
      readonly client?: Client | undefined;
      readonly uiLocales?: string | undefined;
    };

/** What `showScreen` shows. */
export type ShownScreen<Data extends object> = ScreenPlace & {
  readonly screen: Screen<Data>;
  /** HTTP status; 200 if absent. */
  readonly status?: number;
  readonly data: ScreenData<Data>;
  /** What was typed and what is wrong with it; shown above the form by `parts/summary`. */
  readonly form?: FormState;
};

/**
 * Shows a screen. Every template finds, besides its data: `title`, `brand`, `language`, `direction`,
 * `application` (name), `connectionName` (null unless the application has several of its kind), `state` and
 * `csrfToken` for the form (null outside of forms), `summary` for `parts/summary`.
 */
export async function showScreen<Data extends object>(
  page: PageRequest,
  shown: ShownScreen<Data>,
): Promise<FastifyReply> {
  const { screen, status = 200, form, data } = shown;
  const place = readPlace(shown);
  const { tenant } = place.context;
  const html = await renderScreen(screen, {
    translator: await loadTranslator(page, shown),
    tenant,
    client: place.client,
    connectionName: place.connectionName,
    ...openForm(page, place),
    data,
    form,
    logger: page.options.logger,
  });
  return page.reply.code(status).headers(screenHeaders(screen, tenant)).send(html);
}

/** Speaks the language of a page, with the tenant's own texts; for code that has texts of its own. */
export function loadTranslator(
  { options, request }: Pick<PageRequest, 'options' | 'request'>,
  place: ScreenPlace,
): Promise<Translator> {
  const { context, client, uiLocales } = readPlace(place);
  const acceptLanguage = request.headers['accept-language'];
  return loadTenantTranslator(options.store, {
    tenant: context.tenant,
    client,
    wishes: { uiLocales, acceptLanguage },
  });
}

function readPlace(place: ScreenPlace) {
  if (!('session' in place)) {
    const { context, state = null, client, uiLocales } = place;
    return { context, state, client, uiLocales, connectionName: null };
  }
  const { context, client, connection, isOneOfSeveral, transaction } = place.session;
  const { state, uiLocales } = transaction;
  const connectionName = isOneOfSeveral ? (connection.displayName ?? connection.name) : null;
  return { context, state, client, uiLocales, connectionName };
}

function openForm(
  { csrf, request, reply }: PageRequest,
  { context, state }: { readonly context: RequestContext; readonly state: string | null },
) {
  if (state === null) return { state, csrfToken: null };
  const browser = csrf.openBrowser(request.headers);
  if (browser.setCookie !== undefined) reply.header('set-cookie', browser.setCookie);
  return { state, csrfToken: csrf.issue(context, browser.id, state) };
}

/** Shows an error page. */
export function showProblem(
  page: PageRequest,
  place: ScreenPlace,
  problem: PageProblem & { readonly code?: string; readonly traceId?: string },
): Promise<FastifyReply> {
  const { status, texts, values, retryUrl, code, traceId } = problem;
  const advice = `${texts}.advice`;
  return showScreen(page, {
    ...place,
    screen: {
      ...ERROR_SCREEN,
      title: `${texts}.heading`,
      ...(values === undefined ? {} : { titleValues: values }),
    },
    status,
    data: (t) => ({
      heading: t.text(`${texts}.heading`, values),
      description: t.text(`${texts}.description`, values),
      advice: t.has(advice) ? t.text(advice, values) : null,
      retryUrl: retryUrl ?? null,
      code: code ?? null,
      traceId: traceId ?? null,
    }),
  });
}

/**
 * Sends the browser on, to the protocol and from there to the application or wherever an action
 * redirects to. Chromium would stop that at the form's `form-action 'self'`, which it applies to the
 * whole chain of redirects after a POST; so browsers get a page that refreshes itself, which begins
 * a new navigation and needs no script. Everyone else gets the plain 303.
 */
export async function sendOn(
  page: PageRequest,
  place: ScreenPlace,
  url: string,
): Promise<FastifyReply> {
  const { request, reply } = page;
  if (!request.headers.accept?.includes('text/html')) {
    return reply.header('cache-control', 'no-store').redirect(url, 303);
  }
  return showScreen(page, { ...place, screen: CONTINUE_SCREEN, data: { url } });
}
