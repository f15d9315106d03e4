import { findParameter, requireParameter } from './grant-parameters.ts';
import type { GrantType } from './grant-type.ts';
import { logInWithFactor } from './mfa-login.ts';

/** A message or a push that `/mfa/challenge` has sent; `binding_code` is the code of a message. */
export const mfaOobGrant: GrantType = {
  name: 'http://auth0.com/oauth/grant-type/mfa-oob',
  parameters: ['mfa_token', 'oob_code', 'binding_code'],
  log: {
    success: 'seoobft',
    failure: 'feoobft',
    what: 'Password and OOB challenge for access token',
  },
  answer(ctx, scope) {
    const oobCode = requireParameter(ctx, 'oob_code');
    const bindingCode = findParameter(ctx, 'binding_code');
    const proof = {
      kind: 'oob',
      oobCode,
      ...(bindingCode === undefined ? {} : { bindingCode }),
    } as const;
    return logInWithFactor(ctx, scope, { proof, wrong: 'Invalid binding_code.' });
  },
};
