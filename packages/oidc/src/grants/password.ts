import type { Connection } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { completeLogin } from './complete-login.ts';
import { createDirectLoginContext, getDirectLogins } from './direct-login-context.ts';
import { refuseLogin } from './grant-errors.ts';
import { findParameter, requireParameter } from './grant-parameters.ts';
import type { GrantType } from './grant-type.ts';
import { getDefaultConnection, getLoginConnection } from './login-connection.ts';

/** The person's password, in the tenant's default directory, or in the one that `realm` names (RFC 6749, section 4.3). */
export const passwordGrant: GrantType = {
  name: 'password',
  parameters: ['username', 'password', 'scope', 'audience', 'realm'],
  log: { success: 'sepft', failure: 'fepft', what: 'Password for access token' },
  async answer(ctx, scope) {
    const credentials = readCredentials(ctx);
    const realm = findParameter(ctx, 'realm');
    const connection =
      realm === undefined
        ? await getDefaultConnection(scope, ctx)
        : await getLoginConnection(scope, ctx, { name: realm, strategies: ['auth0'] });
    return await logInWithPassword(ctx, scope, { connection, ...credentials });
  },
};

export function readCredentials(ctx: KoaContextWithOIDC) {
  return {
    identifier: requireParameter(ctx, 'username'),
    password: requireParameter(ctx, 'password'),
  };
}

export async function logInWithPassword(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  input: {
    readonly connection: Connection;
    readonly identifier: string;
    readonly password: string;
  },
): ReturnType<GrantType['answer']> {
  const context = await createDirectLoginContext(ctx, scope);
  const user = await getDirectLogins(scope)
    .withPassword(context, input)
    .catch((error: unknown) => refuseLogin(ctx, error));
  const method = { name: 'pwd', timestamp: scope.clock.now().toISOString() };
  return await completeLogin(ctx, scope, {
    login: {
      user,
      connection: input.connection,
      methods: [method],
      protocol: 'oauth2-password',
      gty: 'password',
      impliesAllScopes: true,
    },
  });
}
