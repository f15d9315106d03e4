import type { AuthenticationMethod } from '@tessera/engine';
import type { Connection } from '@tessera/model';
import type { InteractionResults, KoaContextWithOIDC } from 'oidc-provider';
import { sessionExtensionOf, setSessionExtension } from '../provider/session-extension.ts';

/** How `LoginTransactions.complete` says who logged in. */
export interface LoginResult {
  readonly accountId: string;
  /** Time of the login, seconds since the epoch. */
  readonly ts: number;
  readonly remember: true;
  readonly connectionId: string;
  readonly connectionName: string;
  readonly [key: string]: unknown;
}

export function createLoginResult(login: {
  readonly userId: string;
  readonly connection: Connection;
  readonly at: Date;
}): LoginResult {
  return {
    accountId: login.userId,
    ts: Math.floor(login.at.getTime() / 1000),
    remember: true,
    connectionId: login.connection.id,
    connectionName: login.connection.name,
  };
}

/** The login of this authorization; undefined when an earlier session speaks for the person. */
export function freshLogin(result: InteractionResults | undefined): LoginResult | undefined {
  return result?.login as LoginResult | undefined;
}

/** Keeps with the session how its person logged in, for authorizations that need no login. */
export function rememberAuthentication(ctx: KoaContextWithOIDC): void {
  const login = freshLogin(ctx.oidc.result);
  const { session } = ctx.oidc;
  if (login === undefined || session === undefined) return;
  const loggedInAt = new Date(login.ts * 1000).toISOString();
  const method: AuthenticationMethod = { name: 'pwd', timestamp: loggedInAt };
  setSessionExtension(session, {
    connectionId: login.connectionId,
    connectionName: login.connectionName,
    authenticationMethods: [method],
    createdAt: sessionExtensionOf(session)?.createdAt ?? loggedInAt,
  });
}
