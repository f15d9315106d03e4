import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TriggerPipeline } from '@tessera/engine';
import type {
  Clock,
  ContextOf,
  DirectLogins,
  Logger,
  LoginSteps,
  LoginTransactions,
  Multifactor,
  PageRenderer,
  RandomBytes,
  RequestContext,
  Store,
  UserProvisioning,
} from '@tessera/model';
import { collectWrites } from './adapter/request-writes.ts';
import { describeFault } from './http/describe-fault.ts';
import { isJsonRequest, toFormRequest } from './http/json-request.ts';
import { BodyTooLargeError, isDeclaredTooLarge } from './http/read-body.ts';
import { sendError } from './http/send-json.ts';
import { LOGIN_PAGES_PER_ADDRESS } from './login/login-page-limit.ts';
import { createLoginSteps } from './post-login/login-steps.ts';
import { buildProvider, type TenantProvider } from './provider/build-provider.ts';
import { deriveIssuerKeys, MIN_SECRET_BYTES } from './provider/issuer-keys.ts';
import { ProviderCache } from './provider/provider-cache.ts';
import { isProtocolPath } from './provider/routes.ts';
import { RequestStates } from './request-state.ts';
import { createLoginTransactions } from './transactions.ts';

export interface OidcOptions {
  readonly store: Store;
  readonly pipeline: TriggerPipeline;
  readonly pages: PageRenderer;
  /** Logins at the token endpoint; without, its grants for passwords and codes are refused. */
  readonly directLogins?: DirectLogins | undefined;
  /** Users of token exchanges. */
  readonly provisioning: UserProvisioning;
  /** Second factors; a login that needs one fails without. */
  readonly multifactor?: Multifactor;
  readonly contextOf: ContextOf;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  /** Addresses and ranges that the operator does not trust; logins from there have low confidence. */
  readonly untrustedAddresses?: readonly string[];
  /** Login pages that one address may open at a tenant in ten minutes; default `LOGIN_PAGES_PER_ADDRESS`. */
  readonly loginPagesPerAddress?: number;
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
  /** What the pages of second factors and forms use. */
  readonly steps: LoginSteps;
  /** Drops what is kept of a tenant, e.g. when it is deleted. */
  forget(tenantId: string): void;
  /** Stops listening to the store. Requests under way are answered. */
  close(): void;
}

/** Changes that a provider is built from. Everything else is read when it is needed. */
const REBUILT_ON: ReadonlySet<string> = new Set(['signingKeys', 'tenants']);

/** Creates the protocol: OAuth 2.0 and OpenID Connect, one oidc-provider per tenant and issuer. Throws when the secret is too short. */
export function createOidc(options: OidcOptions): Oidc {
  const { store, contextOf, logger } = options;
  if (options.secret.length < MIN_SECRET_BYTES) {
    throw new Error(`the protocol's secret has fewer than ${MIN_SECRET_BYTES} bytes`);
  }
  const requests = new RequestStates();
  const providers = new ProviderCache((tenantId, issuer) =>
    buildProvider({
      tenantId,
      issuer,
      hostname: new URL(issuer).hostname,
      store: collectWrites(store.tenant(tenantId), requests),
      pipeline: options.pipeline,
      pages: options.pages,
      directLogins: options.directLogins,
      provisioning: options.provisioning,
      rateLimits: store.rateLimits,
      loginPagesPerAddress: options.loginPagesPerAddress ?? LOGIN_PAGES_PER_ADDRESS,
      multifactor: options.multifactor,
      untrustedAddresses: options.untrustedAddresses ?? [],
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
    steps: createLoginSteps(providerOf),
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
  const { status, error: code, description } = describeFault(error);
  if (status >= 500) {
    logger.error({ err: error }, 'a request of the protocol could not be handled');
  }
  sendError(response, status, { error: code, error_description: description });
}
