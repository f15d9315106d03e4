import type { AccountContext } from '@tessera/accounts';
import { chooseLanguage } from './i18n/choose-language.ts';
import type { LoginSession } from './login-session.ts';
import { readRequestFacts, readTransactionFacts } from './request-facts.ts';
import type { PageRequest } from './show-screen.ts';

/** Whom and what Actions and logs see of this request; passwords are not among it. */
export function accountContext(
  { request }: PageRequest,
  session: LoginSession,
  fields: Readonly<Record<string, string>> = {},
): AccountContext {
  const { context, store, client, connection, transaction } = session;
  const locale = chooseLanguage({
    uiLocales: transaction.uiLocales,
    acceptLanguage: request.headers['accept-language'],
    enabledLocales: context.tenant.settings.enabledLocales,
  });
  const body = { client_id: client.clientId, connection: connection.name, ...fields };
  return {
    tenant: context.tenant,
    store,
    baseUrl: context.baseUrl,
    client,
    request: readRequestFacts(request, context, { query: transaction.query, body }),
    transaction: readTransactionFacts(transaction, locale),
  };
}
