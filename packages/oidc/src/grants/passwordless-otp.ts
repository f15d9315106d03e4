import { completeLogin } from './complete-login.ts';
import { createDirectLoginContext, getDirectLogins } from './direct-login-context.ts';
import { refuseLogin } from './grant-errors.ts';
import { requireParameter } from './grant-parameters.ts';
import type { GrantType } from './grant-type.ts';
import { getLoginConnection } from './login-connection.ts';

/** The code of `POST /passwordless/start`; `username` is the address or number it was sent to. */
export const passwordlessOtpGrant: GrantType = {
  name: 'http://auth0.com/oauth/grant-type/passwordless/otp',
  parameters: ['username', 'otp', 'realm', 'scope', 'audience'],
  log: { success: 'sepft', failure: 'fepotpft', what: 'Passwordless code for access token' },
  async answer(ctx, scope) {
    const identifier = requireParameter(ctx, 'username');
    const code = requireParameter(ctx, 'otp');
    const name = requireParameter(ctx, 'realm');
    const connection = await getLoginConnection(scope, ctx, { name, strategies: ['email', 'sms'] });
    const context = await createDirectLoginContext(ctx, scope);
    const user = await getDirectLogins(scope)
      .withCode(context, { connection, identifier, code })
      .catch((error: unknown) => refuseLogin(ctx, error));
    const timestamp = scope.clock.now().toISOString();
    return await completeLogin(ctx, scope, {
      login: {
        user,
        connection,
        methods: [{ name: connection.strategy, timestamp }],
        protocol: 'oauth2-password',
        gty: 'passwordless',
        impliesAllScopes: false,
      },
    });
  },
};
