import type { RequestContext, RequestFacts } from '@tessera/model';

interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

const MAX_USER_AGENT_LENGTH = 512;
const LANGUAGE = /^[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*/;

/**
 * The request as Actions see it. Query and body stay empty: bodies of the management API carry
 * passwords and secrets.
 */
export function toRequestFacts(request: HttpRequest, context: RequestContext): RequestFacts {
  const { 'user-agent': userAgent, 'accept-language': acceptLanguage } = request.headers;
  const language = LANGUAGE.exec(
    typeof acceptLanguage === 'string' ? acceptLanguage.trim() : '',
  )?.[0];
  const { geoip } = context;
  return {
    ip: context.ip,
    method: request.method,
    hostname: new URL(context.baseUrl).hostname,
    ...(geoip === undefined ? {} : { geoip }),
    ...(language === undefined ? {} : { language }),
    ...(typeof userAgent === 'string'
      ? { userAgent: userAgent.slice(0, MAX_USER_AGENT_LENGTH) }
      : {}),
    query: {},
    body: {},
  };
}
