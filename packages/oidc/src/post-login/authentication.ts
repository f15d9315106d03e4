import type { AuthenticationMethod } from '@tessera/engine';
import type { CompletedLogin, User, UserIdentity } from '@tessera/model';
import type { InteractionResults, KoaContextWithOIDC } from 'oidc-provider';
import { userOf } from '../provider/accounts.ts';
import { sessionExtensionOf, setSessionExtension } from '../provider/session-extension.ts';
import { isOver } from './asked-lifetime.ts';

/** How `LoginTransactions.complete` says who logged in. */
export interface LoginResult {
  readonly accountId: string;
  /** Time of the login, seconds since the epoch. */
  readonly ts: number;
  readonly remember: true;
  readonly connectionId: string;
  readonly connectionName: string;
  /** Name of the authentication method; default `pwd`. */
  readonly method?: NonNullable<CompletedLogin['method']>;
  /** Id at the provider of the identity that authenticated; absent: the user's first in the connection. */
  readonly identityUserId?: string;
  readonly [key: string]: unknown;
}

export function createLoginResult(login: CompletedLogin): LoginResult {
  const { method, identityUserId } = login;
  return {
    accountId: login.userId,
    ts: Math.floor(login.at.getTime() / 1000),
    remember: true,
    connectionId: login.connection.id,
    connectionName: login.connection.name,
    ...(method === undefined ? {} : { method }),
    ...(identityUserId === undefined ? {} : { identityUserId }),
  };
}

/** The login of this authorization; undefined when an earlier session speaks for the person. */
export function freshLogin(result: InteractionResults | undefined): LoginResult | undefined {
  return result?.login as LoginResult | undefined;
}

/**
 * Keeps with the session how its person logged in, for authorizations that need no login; it is pending
 * until the login is accepted. The session's lifetimes begin anew with a login; what Actions noted on it
 * stays, unless they had let it end.
 */
export function rememberAuthentication(ctx: KoaContextWithOIDC, now: Date): void {
  const login = freshLogin(ctx.oidc.result);
  const { session, account } = ctx.oidc;
  if (login === undefined || session === undefined || account === undefined) return;
  const loggedInAt = new Date(login.ts * 1000).toISOString();
  const method: AuthenticationMethod = { name: login.method ?? 'pwd', timestamp: loggedInAt };
  const earlier = sessionExtensionOf(session);
  const kept = isOver(earlier?.asked, now) ? undefined : earlier;
  const metadata = kept?.asked?.metadata;
  const identity = identityOf(userOf(account), login);
  setSessionExtension(session, {
    connectionId: login.connectionId,
    connectionName: login.connectionName,
    authenticationMethods: [method],
    createdAt: kept?.createdAt ?? loggedInAt,
    isPending: true,
    ...(identity === undefined ? {} : { identity }),
    ...(metadata === undefined ? {} : { asked: { metadata } }),
    ...(kept?.device === undefined ? {} : { device: kept.device }),
    ...(kept?.updatedAt === undefined ? {} : { updatedAt: kept.updatedAt }),
  });
}

/** The identity of a user that a connection has authenticated. */
function identityOf(
  user: User,
  { connectionName, identityUserId }: LoginResult,
): Pick<UserIdentity, 'provider' | 'userId'> | undefined {
  const identity = user.identities.find(
    ({ connection, userId }) =>
      connection === connectionName && (identityUserId ?? userId) === userId,
  );
  return identity && { provider: identity.provider, userId: identity.userId };
}

/** Methods of a session at most; the newest stay. */
const MAX_METHODS = 50;

/**
 * The methods of a session after a run: one that was recorded again counts from its new time. Second
 * factors are told apart by their type.
 */
export function withRecorded(
  methods: readonly AuthenticationMethod[],
  recorded: readonly AuthenticationMethod[] = [],
): readonly AuthenticationMethod[] {
  const keyOf = ({ name, type }: AuthenticationMethod) => JSON.stringify([name, type]);
  const again = new Set(recorded.map(keyOf));
  return [...methods.filter((method) => !again.has(keyOf(method))), ...recorded].slice(
    -MAX_METHODS,
  );
}
