import { activateRoute } from '../device/activate-route.ts';
import { deviceCodesRoute } from '../device/device-codes.ts';
import { slowDownPolling } from '../device/device-polling.ts';
import { toDialect } from '../dialect/to-dialect.ts';
import { describeFault } from '../http/describe-fault.ts';
import { takeFormAsQuery } from '../http/form-as-query.ts';
import { consentRoute } from '../routes/consent.ts';
import { continueRoute } from '../routes/continue.ts';
import { oidcLogoutRoute } from '../routes/oidc-logout.ts';
import type { OwnRoute, RouteParts } from '../routes/own-route.ts';
import { userinfoRoute } from '../routes/userinfo.ts';
import { v2LogoutRoute } from '../routes/v2-logout.ts';
import type { IssuerScope } from './issuer-scope.ts';
import type { ProviderContext } from './provider-context.ts';
import { showError } from './render-error.ts';
import { isResumePath, OWN_ROUTES, PROVIDER_ROUTES } from './routes.ts';

type Next = () => Promise<unknown>;

const ROUTES: Readonly<Record<string, OwnRoute>> = {
  [OWN_ROUTES.userinfo]: userinfoRoute,
  [OWN_ROUTES.continue]: continueRoute,
  [OWN_ROUTES.activate]: activateRoute,
  [PROVIDER_ROUTES.device_authorization]: deviceCodesRoute,
  [OWN_ROUTES.consent]: consentRoute,
  [OWN_ROUTES.logout]: v2LogoutRoute,
  [OWN_ROUTES.oidcLogout]: oidcLogoutRoute,
};

/** Endpoints that programs call: their errors are JSON in the dialect, whatever `Accept` says. */
const MACHINE_PATHS: ReadonlySet<string> = new Set([
  PROVIDER_ROUTES.token,
  PROVIDER_ROUTES.revocation,
  PROVIDER_ROUTES.pushed_authorization_request,
  PROVIDER_ROUTES.device_authorization,
  PROVIDER_ROUTES.userinfo,
  PROVIDER_ROUTES.jwks,
]);

/** What surrounds oidc-provider's own handling, outermost first. */
export function installMiddleware(parts: RouteParts): void {
  const { provider, scope } = parts;
  provider.use((ctx, next) => answerFaults(ctx, scope, next));
  provider.use((ctx, next) => writeLog(ctx, scope, next));
  provider.use((ctx, next) => speakDialect(ctx, scope, next));
  provider.use(async (ctx, next) => {
    // For caches that know HTTP/1.0 alone (RFC 6749, section 5.1); `Cache-Control` is oidc-provider's.
    if (ctx.path === PROVIDER_ROUTES.token) ctx.set('pragma', 'no-cache');
    if (await takeFormAsQuery(ctx, scope.issuer)) return;
    // What resumes carries on with its stored parameters. Ones in its address mean nothing, but
    // oidc-provider would read them when it tells of an authorization that is gone.
    if (isResumePath(ctx.path)) ctx.querystring = '';
    const route = ROUTES[ctx.path];
    await (route === undefined ? next() : route(ctx, parts, next));
  });
  // Innermost: whatever comes after finds all of it stored.
  provider.use((ctx, next) => writeTogether(ctx, scope, next));
}

/** Faults of ours, and bodies over the limit, wherever they come up. */
async function answerFaults(ctx: ProviderContext, scope: IssuerScope, next: Next): Promise<void> {
  try {
    await next();
  } catch (error) {
    const fault = describeFault(error);
    if (fault.status >= 500) {
      scope.logger.error(
        { err: error, tenantId: scope.tenantId, path: ctx.path },
        'request failed',
      );
    }
    if (!MACHINE_PATHS.has(ctx.path)) return showError(ctx, scope, fault);
    ctx.status = fault.status;
    ctx.body = { error: fault.error, error_description: fault.description };
  }
}

/** What oidc-provider stores for this request, and the log entries so far, are one commit. */
async function writeTogether(
  ctx: ProviderContext,
  { store, requests }: IssuerScope,
  next: Next,
): Promise<void> {
  const { writes, logEntries } = requests.of(ctx);
  writes.open();
  try {
    await next();
  } catch (error) {
    writes.close();
    await writes.flush(store);
    throw error;
  }
  writes.close();
  await writes.flush(store, logEntries.splice(0));
}

/** The tenant log is durable before the response says how it went; one append for all entries. */
async function writeLog(ctx: ProviderContext, scope: IssuerScope, next: Next): Promise<void> {
  await next();
  const { logEntries } = scope.requests.of(ctx);
  if (logEntries.length > 0) await scope.store.logs.append(...logEntries);
}

/** Says oidc-provider's errors in the dialect's words, with its statuses. */
async function speakDialect(ctx: ProviderContext, scope: IssuerScope, next: Next): Promise<void> {
  await next();
  await slowDownPolling(ctx, scope);
  const { error } = scope.requests.of(ctx);
  const isPage = !MACHINE_PATHS.has(ctx.path) && typeof ctx.body === 'string';
  if (error === undefined || isPage) return;
  const { status, error: code, description } = toDialect(error, scope.requests.of(ctx).grantType);
  ctx.status = status;
  ctx.body = { error: code, error_description: description };
}
