import type { Session } from 'oidc-provider';
import { type LogoutFacts, logLogout } from '../logs/logout-log.ts';
import { cookieAttributes } from '../provider/cookies.ts';
import type { ProviderContext } from '../provider/provider-context.ts';
import { sessionExtensionOf } from '../provider/session-extension.ts';
import type { RouteParts } from './own-route.ts';

/** Ends the session of this browser, if it has one, for all applications. */
export async function endSession(
  ctx: ProviderContext,
  { provider, scope }: RouteParts,
  facts: { readonly session: Session; readonly client?: LogoutClient; readonly returnTo?: string },
): Promise<void> {
  const { session, client, returnTo } = facts;
  ctx.cookies.set(provider.cookieName('session'), null, {
    ...cookieAttributes(scope.issuer),
    signed: true,
  });
  if (session.accountId === undefined) return;
  const user = await scope.store.users.find(session.accountId);
  const logged: LogoutFacts = {
    clientId: client?.clientId,
    clientName: client?.clientName,
    user,
    authentication: sessionExtensionOf(session),
    sessionId: session.uid,
    returnTo,
  };
  await session.destroy();
  logLogout(ctx, scope, logged);
}

/** What a log entry says of the application that asked. */
export interface LogoutClient {
  readonly clientId: string;
  readonly clientName?: string | undefined;
}

/** The page for whoever logged out and is sent nowhere. */
export async function showLoggedOut(
  ctx: ProviderContext,
  { pages, requests }: RouteParts['scope'],
): Promise<void> {
  const { context } = requests.of(ctx);
  ctx.set(pages.headers(context));
  ctx.type = 'html';
  ctx.body = await pages.loggedOut(context);
}
