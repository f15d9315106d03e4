import type { AccountContext } from '@tessera/accounts';
import type { JsonObject, LoginTransaction, RequestContext, RequestFacts } from '@tessera/model';
import type { FastifyRequest } from 'fastify';

/** Longest header value that Actions and logs are shown. */
const MAX_HEADER_LENGTH = 512;

/** Facts of a request for Actions and logs. `body` must be free of passwords and tokens. */
export function readRequestFacts(
  request: FastifyRequest,
  context: RequestContext,
  facts: { readonly query: JsonObject; readonly body: JsonObject },
): RequestFacts {
  const userAgent = request.headers['user-agent']?.slice(0, MAX_HEADER_LENGTH);
  const language = readLanguage(request.headers['accept-language']);
  const { geoip } = context;
  return {
    ip: context.ip,
    method: request.method,
    hostname: new URL(context.baseUrl).hostname,
    ...(geoip === undefined ? {} : { geoip }),
    ...(language === undefined ? {} : { language }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...facts,
  };
}

function readLanguage(header: string | undefined): string | undefined {
  return /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:[,;]|$)/.exec(header ?? '')?.[1];
}

/** The authorization request as `event.transaction` of the registration triggers has it. */
export function readTransactionFacts(
  transaction: LoginTransaction,
  locale: string,
): NonNullable<AccountContext['transaction']> {
  const { query, redirectUri, loginHint, prompt } = transaction;
  const responseType = splitList(query.response_type);
  return {
    id: transaction.state,
    protocol: readProtocol(responseType),
    requestedScopes: splitList(query.scope),
    acrValues: splitList(query.acr_values),
    uiLocales: splitList(transaction.uiLocales),
    locale,
    ...(redirectUri === undefined ? {} : { redirectUri }),
    ...(query.state === undefined ? {} : { state: query.state }),
    ...(loginHint === undefined ? {} : { loginHint }),
    ...(responseType.length === 0 ? {} : { responseType }),
    ...(query.response_mode === undefined ? {} : { responseMode: query.response_mode }),
    ...(prompt === undefined ? {} : { prompt: splitList(prompt) }),
    ...(query.correlation_id === undefined ? {} : { correlationId: query.correlation_id }),
  };
}

function readProtocol(responseType: readonly string[]): string {
  if (responseType.includes('code') || responseType.length === 0) {
    return responseType.includes('id_token') ? 'oidc-hybrid-profile' : 'oidc-basic-profile';
  }
  return 'oidc-implicit-profile';
}

function splitList(text: string | undefined): readonly string[] {
  return text?.split(' ').filter((part) => part !== '') ?? [];
}
