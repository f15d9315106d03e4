import type { EventEmitter } from 'node:events';
import type Provider from 'oidc-provider';
import type { errors, KoaContextWithOIDC } from 'oidc-provider';
import { POLL_INTERVAL_SECONDS } from '../device/device-polling.ts';
import { DialectError } from '../dialect/dialect-error.ts';
import { describeFault } from '../http/describe-fault.ts';
import { logDeviceRequestError } from '../logs/device-log.ts';
import { logLoginError } from '../logs/login-log.ts';
import { logLogout } from '../logs/logout-log.ts';
import { logExchange, logExchangeError } from '../logs/token-log.ts';
import type { IssuerScope } from './issuer-scope.ts';
import { PROVIDER_ROUTES } from './routes.ts';
import { sessionExtensionOf } from './session-extension.ts';

/** Listens to what oidc-provider tells of: errors to say in the dialect, and what the tenant log gets. */
export function listenToProvider(provider: Provider, scope: IssuerScope): void {
  const keepError = (ctx: KoaContextWithOIDC, error: Error): void => {
    const state = scope.requests.of(ctx);
    state.error = error;
    state.grantType = ctx.oidc.params?.grant_type;
  };
  provider.on('grant.success', (ctx) => logExchange(ctx, scope));
  provider.on('grant.error', (ctx, error) => {
    keepError(ctx, error);
    logExchangeError(ctx, scope, error);
  });
  provider.on('revocation.error', keepError);
  provider.on('pushed_authorization_request.error', keepError);
  // oidc-provider leaves it out beside an ID token, which names the issuer too (RFC 9207, section 2).
  provider.on(
    'authorization.success',
    (_ctx: KoaContextWithOIDC, out?: Record<string, unknown>) => {
      // A device's login has no such response.
      if (out !== undefined) out.iss = scope.issuer;
    },
  );
  provider.on('device_authorization.success', (_ctx, response) => {
    response.interval = POLL_INTERVAL_SECONDS;
  });
  provider.on('device_authorization.error', (ctx, error) => {
    keepError(ctx, error);
    logDeviceRequestError(ctx, scope, error);
  });
  provider.on('authorization.error', (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) =>
    logLoginError(ctx, scope, error),
  );
  provider.on('end_session.success', (ctx) => noteLogout(ctx, scope));
  // Instead of the events above, for errors that are called `server_error`.
  provider.on('server_error', (ctx, error) => {
    keepError(ctx, error);
    if (ctx.oidc.route === 'token') logExchangeError(ctx, scope, error);
    // An Action may answer with that code, and callers send what cannot be stored: no failures of ours.
    if (error instanceof DialectError || describeFault(error).status < 500) return;
    const { tenantId, logger } = scope;
    logger.error({ err: error, tenantId, path: ctx.path }, 'the protocol failed');
  });
  // Koa's own event, which oidc-provider's types leave out. Without a listener it prints to the console.
  const events: EventEmitter = provider as unknown as EventEmitter;
  events.on('error', (error: unknown) =>
    scope.logger.error({ err: error, tenantId: scope.tenantId }, 'answering failed'),
  );
}

/** A person confirmed the logout. Changing accounts within a login ends the old session too, but is no logout. */
function noteLogout(ctx: KoaContextWithOIDC, scope: IssuerScope): void {
  const { session, client } = ctx.oidc;
  const returnTo = session?.state?.postLogoutRedirectUri;
  const resumes = new URL(`${PROVIDER_ROUTES.authorization}/`, scope.issuer).href;
  if (session?.accountId === undefined) return;
  if (typeof returnTo === 'string' && returnTo.startsWith(resumes)) return;
  logLogout(ctx, scope, {
    clientId: client?.clientId,
    clientName: client?.clientName,
    userId: session.accountId,
    authentication: sessionExtensionOf(session),
    sessionId: session.uid,
    returnTo: typeof returnTo === 'string' ? returnTo : undefined,
  });
}
