import type { User } from '@tessera/model';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { createFindAccount } from '../provider/accounts.ts';
import { createLoadGrant } from '../provider/grants.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { createResourceIndicators } from '../provider/resource-servers.ts';
import type { SessionExtension } from '../provider/session-extension.ts';
import { freshLogin } from './authentication.ts';

/** The user that `api.authentication.setPrimaryUser` named. Rejects when they may not be. */
export async function findPrimaryUser(
  scope: IssuerScope,
  userId: string,
  { identity, connectionName }: SessionExtension,
): Promise<User> {
  const user = await scope.store.users.find(userId);
  const isTheirs = user?.identities.some(
    (one) =>
      one.connection === connectionName &&
      one.provider === identity?.provider &&
      one.userId === identity.userId,
  );
  if (user === undefined || isTheirs !== true) {
    throw new errors.AccessDenied(
      'The identity that authenticated is not among those of the user that an action named as the primary one (api.authentication.setPrimaryUser).',
    );
  }
  return user;
}

/**
 * Goes on as another user: session, grant and tokens become theirs. What the application may have is
 * worked out again, for permissions and consent are a person's own.
 */
export async function switchUser(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  user: User,
): Promise<void> {
  const { session, client, provider, resourceServers } = ctx.oidc;
  const account = await createFindAccount(scope)(ctx, user.userId);
  if (session === undefined || client === undefined || account === undefined) {
    throw new Error('a login without session, application or account');
  }
  session.accountId = user.userId;
  const login = freshLogin(ctx.oidc.result);
  // Carried along to the consent page; coming back from there the same person must be found.
  if (login !== undefined) Object.assign(login, { accountId: user.userId });
  ctx.oidc.entity('Account', account);
  const { getResourceServerInfo } = createResourceIndicators(scope);
  for (const indicator of Object.keys(resourceServers ?? {})) {
    const info = await getResourceServerInfo(ctx, indicator, client);
    if (resourceServers !== undefined) {
      resourceServers[indicator] = new provider.ResourceServer(indicator, info);
    }
  }
  const grant = await createLoadGrant(scope)(ctx);
  if (grant === undefined) throw new Error('a login without a grant');
  session.grantIdFor(client.clientId, grant.jti);
  ctx.oidc.entity('Grant', grant);
}
