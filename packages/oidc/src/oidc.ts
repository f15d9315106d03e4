import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TriggerPipeline } from '@tessera/engine';
import {
  AppError,
  type Clock,
  type ContextOf,
  type Logger,
  type LoginTransactions,
  type PageRenderer,
  type RandomBytes,
  type RequestContext,
  type Store,
} from '@tessera/model';
import { isJsonRequest, MalformedBodyError, toFormRequest } from './http/json-request.ts';
import { BodyTooLargeError, isDeclaredTooLarge } from './http/read-body.ts';
import { sendError } from './http/send-json.ts';
import { buildProvider, type TenantProvider } from './provider/build-provider.ts';
import { deriveIssuerKeys } from './provider/issuer-keys.ts';
import { ProviderCache } from './provider/provider-cache.ts';
import { isProtocolPath } from './provider/routes.ts';
import { RequestStates } from './request-state.ts';
import { createLoginTransactions } from './transactions.ts';

export interface OidcOptions {
  readonly store: Store;
  readonly pipeline: TriggerPipeline;
  readonly pages: PageRenderer;
  readonly contextOf: ContextOf;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  /** At least 32 bytes, the same on every replica; keys for cookies and forms are derived from it. */
  readonly secret: Uint8Array;
}

/** The protocol of all tenants. */
export interface Oidc {
  /** True for paths (without query) that `handle` answers. */
  handles(path: string): boolean;
  /** Answers a request of a tenant. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** What the login pages use. */
  readonly transactions: LoginTransactions;
  /** Drops what is kept of a tenant, e.g. when it is deleted. */
  forget(tenantId: string): void;
  /** Stops listening to the store. Requests under way are answered. */
  close(): void;
}

/** Changes that a provider is built from. Everything else is read when it is needed. */
const REBUILT_ON: ReadonlySet<string> = new Set(['signingKeys', 'tenants']);

/** Creates the protocol: OAuth 2.0 and OpenID Connect, one oidc-provider per tenant and issuer. */
export function createOidc(options: OidcOptions): Oidc {
  const { store, contextOf, logger } = options;
  const requests = new RequestStates();
  const providers = new ProviderCache((tenantId, issuer) =>
    buildProvider({
      tenantId,
      issuer,
      store: store.tenant(tenantId),
      pipeline: options.pipeline,
      pages: options.pages,
      clock: options.clock,
      randomBytes: options.randomBytes,
      logger,
      keys: deriveIssuerKeys(options.secret, tenantId),
      requests,
    }),
  );
  const providerOf = ({ tenant, baseUrl }: RequestContext): Promise<TenantProvider> =>
    providers.get(tenant.id, baseUrl);
  const stopListening = store.onChange(({ tenantId, kind }) => {
    if (REBUILT_ON.has(kind)) providers.forget(tenantId);
  });

  return {
    handles: isProtocolPath,
    async handle(request, response) {
      try {
        const context = contextOf(request);
        const { listener } = await providerOf(context);
        const readable = await toReadableRequest(request);
        requests.open(readable, context);
        await listener(readable, response);
      } catch (error) {
        answerFailure(error, response, logger);
      }
    },
    transactions: createLoginTransactions(providerOf),
    forget: (tenantId) => providers.forget(tenantId),
    close() {
      stopListening();
      providers.clear();
    },
  };
}

/** oidc-provider reads forms only; programs that send JSON are served all the same. */
async function toReadableRequest(request: IncomingMessage): Promise<IncomingMessage> {
  if (isDeclaredTooLarge(request)) throw new BodyTooLargeError();
  const isProgram = request.method === 'POST' && request.url?.startsWith('/oauth/') === true;
  return isProgram && isJsonRequest(request) ? await toFormRequest(request) : request;
}

function answerFailure(error: unknown, response: ServerResponse, logger: Logger): void {
  if (error instanceof BodyTooLargeError || error instanceof MalformedBodyError) {
    const status = error instanceof BodyTooLargeError ? 413 : 400;
    sendError(response, status, { error: 'invalid_request', error_description: error.message });
    return;
  }
  logger.error({ err: error }, 'a request of the protocol could not be handled');
  const isOutage = error instanceof AppError && error.status === 503;
  sendError(response, isOutage ? 503 : 500, {
    error: isOutage ? 'temporarily_unavailable' : 'server_error',
    error_description: isOutage ? error.message : 'Something went wrong on our side.',
  });
}
