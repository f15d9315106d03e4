import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESET_STATE_PREFIX } from '@tessera/accounts';
import { AppError, type Logger } from '@tessera/model';
import type { Metrics } from './metrics.ts';
import { handleOperations, type Operations, sendJson } from './operations-routes.ts';
import type { RequestContexts } from './request-contexts.ts';
import type { Tracing } from './tracing.ts';

/** Who answers what. */
export interface DispatcherOptions {
  readonly operations: Operations;
  readonly contexts: RequestContexts;
  /** The protocol: answers the paths it says it handles. */
  readonly oidc: {
    handles(path: string): boolean;
    handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  };
  /** Everything else: pages and management API. */
  readonly pages: (request: IncomingMessage, response: ServerResponse) => void;
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
  readonly isTrusted: (request: IncomingMessage) => boolean;
  readonly logger: Logger;
}

/**
 * Takes each request to whom it concerns: probes first, then the tenant by its host, then protocol or
 * pages. The last handler of every failure: 500 without detail for the client, all of it for the log.
 */
export function createDispatcher(
  options: DispatcherOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { contexts, oidc, metrics } = options;

  async function dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await handleOperations(options.operations, request, response)) return;
    if (!(await contexts.accept(request))) {
      sendJson(response, 404, {
        statusCode: 404,
        error: 'Not Found',
        message:
          'No tenant answers at this host. Check the address, and TESSERA_URL of the server.',
        errorCode: 'tenant_not_found',
      });
      return;
    }
    const { tracing } = options;
    if (tracing === undefined) return await answer(request, response);
    const tenantId = contexts.of(request).tenant.id;
    const isTrusted = options.isTrusted(request);
    await tracing.traceRequest({ request, response, tenantId, isTrusted }, () =>
      answer(request, response),
    );
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    if (oidc.handles(path) && !isPasswordReset(request)) await oidc.handle(request, response);
    else options.pages(request, response);
  }

  return (request, response) => {
    const startedAt = performance.now();
    response.once('close', () => {
      const method = request.method ?? 'GET';
      metrics.requests.inc({ method, status: String(response.statusCode) });
      // A stream lasts as long as its reader likes.
      if (String(response.getHeader('content-type')).startsWith('text/event-stream')) return;
      metrics.requestSeconds.observe({ method }, (performance.now() - startedAt) / 1000);
    });
    dispatch(request, response).catch((error: unknown) => fail(options.logger, response, error));
  };
}

/** A browser that comes back to a password reset is the pages', not the protocol's. */
function isPasswordReset({ url = '/' }: IncomingMessage): boolean {
  const [path, query] = url.split('?', 2);
  if (path !== '/continue' || query === undefined) return false;
  return new URLSearchParams(query).get('state')?.startsWith(RESET_STATE_PREFIX) === true;
}

function fail(logger: Logger, response: ServerResponse, error: unknown): void {
  const expected = error instanceof AppError ? error : undefined;
  logger.error({ err: error }, expected?.detail ?? 'a request failed unexpectedly');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendJson(response, expected?.status ?? 500, {
    error: expected?.status === 503 ? 'temporarily_unavailable' : 'server_error',
    error_description:
      expected?.message ?? 'Something went wrong here. The operator finds the cause in the log.',
  });
}
