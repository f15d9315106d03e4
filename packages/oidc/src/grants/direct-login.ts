import type { AuthenticationMethod } from '@tessera/engine';
import type { Connection, JsonObject, User } from '@tessera/model';
import type { SessionExtension } from '../provider/session-extension.ts';

/** A person whom a program has authenticated at the token endpoint: no browser, no session. */
export interface DirectLogin {
  readonly user: User;
  readonly connection: Connection;
  /** First and second factors that were passed. */
  readonly methods: readonly AuthenticationMethod[];
  /** `event.transaction.protocol`. */
  readonly protocol: 'oauth2-password' | 'oauth2-token-exchange';
  /** Written into the access token. */
  readonly gty: string;
  /** Without a `scope` the program gets everything: a person handed it their password. */
  readonly impliesAllScopes: boolean;
  /** Who acts for the person: the `act` claim of all tokens of this login. */
  readonly actor?: JsonObject;
  /** Kinds of the tokens that a token exchange began with, for `event.transaction`. */
  readonly exchangedTypes?: ExchangedTypes;
}

export interface ExchangedTypes {
  readonly subjectTokenType: string;
  readonly actorTokenType?: string;
}

/** What post-login is told of how the person authenticated. */
export function authenticationOf(
  { user, connection, methods }: DirectLogin,
  now: Date,
): SessionExtension {
  const identity = user.identities.find((one) => one.connection === connection.name);
  return {
    connectionId: connection.id,
    connectionName: connection.name,
    authenticationMethods: methods,
    createdAt: now.toISOString(),
    ...(identity === undefined
      ? {}
      : { identity: { provider: identity.provider, userId: identity.userId } }),
  };
}
