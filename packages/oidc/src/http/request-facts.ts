import type { RequestContext, RequestFacts } from '@tessera/model';

interface FactsRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Longest header value that Actions and logs are shown. */
const MAX_HEADER_LENGTH = 512;

/** What Actions learn of a request. `query` and `body` must be free of secrets already. */
export function createRequestFacts(
  request: FactsRequest,
  context: RequestContext,
  parameters: {
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: Readonly<Record<string, string>>;
    /** When the request that matters is an earlier one. */
    readonly method?: string;
  },
): RequestFacts {
  const language = firstLanguage(headerOf(request, 'accept-language'));
  const userAgent = userAgentOf(request);
  const { geoip } = context;
  return {
    ip: context.ip,
    method: parameters.method ?? request.method,
    hostname: new URL(context.baseUrl).hostname,
    ...(geoip === undefined ? {} : { geoip }),
    ...(language === undefined ? {} : { language }),
    ...(userAgent === undefined ? {} : { userAgent }),
    query: parameters.query ?? {},
    body: parameters.body ?? {},
  };
}

export function userAgentOf(request: FactsRequest): string | undefined {
  return headerOf(request, 'user-agent');
}

function headerOf(request: FactsRequest, name: string): string | undefined {
  const value = request.headers[name];
  return (Array.isArray(value) ? value[0] : value)?.slice(0, MAX_HEADER_LENGTH);
}

function firstLanguage(header: string | undefined): string | undefined {
  return /^\s*([a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*)/.exec(header ?? '')?.[1];
}
