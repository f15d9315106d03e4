import { logLogoutError } from '../logs/logout-log.ts';
import type { ProviderContext } from '../provider/provider-context.ts';
import { showError } from '../provider/render-error.ts';
import { endSession, type LogoutClient, showLoggedOut } from './end-session.ts';
import {
  type OwnRoute,
  queryText,
  type RouteParts,
  redirectTo,
  refuseOtherMethods,
} from './own-route.ts';

/**
 * `/v2/logout?client_id&returnTo`: ends the session and sends the browser back to an address of the
 * application's list, or of the tenant's when no application is named. Exact matches only.
 */
export const v2LogoutRoute: OwnRoute = async (ctx, parts) => {
  if (refuseOtherMethods(ctx, 'GET')) return;
  const { provider, scope } = parts;
  const returnTo = queryText(ctx, 'returnTo');
  const client = await findClient(ctx, parts);
  if (returnTo !== undefined && !isAllowed(ctx, returnTo, { parts, client })) {
    logLogoutError(ctx, scope, {
      clientId: client?.clientId,
      clientName: client?.clientName,
      reason: 'The returnTo address is not in the list of allowed logout URLs.',
    });
    return showError(ctx, scope, LOGOUT_URL_MISMATCH);
  }
  const session = await provider.Session.get(ctx);
  await endSession(ctx, parts, {
    session,
    ...(client === undefined ? {} : { client }),
    ...(returnTo === undefined ? {} : { returnTo }),
  });
  if (returnTo !== undefined) return redirectTo(ctx, returnTo);
  await showLoggedOut(ctx, scope);
};

const LOGOUT_URL_MISMATCH = {
  reason: 'logout-url-mismatch',
  status: 400,
  error: 'invalid_request',
  description:
    'The returnTo address is not in the list of allowed logout URLs. Add it to the allowed logout URLs of the application (or of the tenant, when the request names no client_id), exactly as it is sent.',
};

interface LogoutList extends LogoutClient {
  readonly allowedLogoutUrls: readonly string[];
}

async function findClient(
  ctx: ProviderContext,
  { scope }: RouteParts,
): Promise<LogoutList | undefined> {
  const clientId = queryText(ctx, 'client_id');
  const client = clientId === undefined ? undefined : await scope.store.clients.find(clientId);
  return client && { ...client, clientName: client.name };
}

/** An unknown client allows nothing: falling back to the tenant's list would hide the mistake. */
function isAllowed(
  ctx: ProviderContext,
  returnTo: string,
  { parts, client }: { readonly parts: RouteParts; readonly client: LogoutList | undefined },
): boolean {
  if (client !== undefined) return client.allowedLogoutUrls.includes(returnTo);
  if (queryText(ctx, 'client_id') !== undefined) return false;
  const { settings } = parts.scope.requests.of(ctx).context.tenant;
  return settings.allowedLogoutUrls.includes(returnTo);
}
