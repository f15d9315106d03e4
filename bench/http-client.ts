import { Agent, type IncomingHttpHeaders, request as startRequest } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends requests on connections that stay open; never follows a redirect. */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** Nothing here takes this long unless it hangs. */
const TIMEOUT_MS = 30_000;

export function createHttpClient(connections: number): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: (request) => send(request, agent),
    close: () => agent.destroy(),
  };
}

async function send(
  { method, url, headers, body }: HttpRequest,
  agent: Agent,
): Promise<HttpAnswer> {
  const answered = Promise.withResolvers<HttpAnswer>();
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const outgoing = startRequest(
    url,
    { method, agent, timeout: TIMEOUT_MS, headers: { ...headers, ...length } },
    (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', answered.reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers: received } = response;
        answered.resolve({ status, headers: received, body: text });
      });
    },
  );
  outgoing.on('timeout', () =>
    outgoing.destroy(new Error(`no answer in ${TIMEOUT_MS} ms: ${url}`)),
  );
  outgoing.on('error', answered.reject);
  outgoing.end(body);
  return await answered.promise;
}
