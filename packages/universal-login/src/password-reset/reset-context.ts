import type { AccountContext, ResetBrowser } from '@tessera/accounts';
import type { JsonObject, RequestContext } from '@tessera/model';
import type { CsrfProtection } from '../csrf.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { readRequestFacts } from '../request-facts.ts';
import type { PageRequest } from '../show-screen.ts';

/** What the services need to know of a request to a page outside of a login. */
export function pageContext(
  { options, request }: PageRequest,
  facts: { readonly query: JsonObject; readonly body: JsonObject } = { query: {}, body: {} },
): AccountContext {
  const context = options.contextOf(request.raw);
  return {
    tenant: context.tenant,
    store: options.store.tenant(context.tenant.id),
    baseUrl: context.baseUrl,
    request: readRequestFacts(request, context, facts),
  };
}

/** The same where only the port's context is known. */
export function stepContext(
  { store }: Pick<UniversalLoginOptions, 'store'>,
  context: RequestContext,
): AccountContext {
  const { tenant, baseUrl, ip } = context;
  const hostname = new URL(baseUrl).hostname;
  const request = { ip, method: 'POST', hostname, query: {}, body: {} };
  return { tenant, baseUrl, store: store.tenant(tenant.id), request };
}

/** The browser by its cookie; one that has none gets a name that fits nothing. */
export function browserOf(csrf: CsrfProtection, cookie: string | undefined): ResetBrowser {
  return { id: csrf.openBrowser(cookie === undefined ? {} : { cookie }).id };
}
