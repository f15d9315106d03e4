import { requireParameter } from './grant-parameters.ts';
import type { GrantType } from './grant-type.ts';
import { getLoginConnection } from './login-connection.ts';
import { logInWithPassword, readCredentials } from './password.ts';

/** As `password`, in the connection that `realm` names. */
export const passwordRealmGrant: GrantType = {
  name: 'http://auth0.com/oauth/grant-type/password-realm',
  parameters: ['username', 'password', 'realm', 'scope', 'audience'],
  log: { success: 'sepft', failure: 'fepft', what: 'Password for access token' },
  async answer(ctx, scope) {
    const credentials = readCredentials(ctx);
    const name = requireParameter(ctx, 'realm');
    const connection = await getLoginConnection(scope, ctx, { name, strategies: ['auth0'] });
    return await logInWithPassword(ctx, scope, { connection, ...credentials });
  },
};
