import { requireParameter } from './grant-parameters.ts';
import type { GrantType } from './grant-type.ts';
import { logInWithFactor } from './mfa-login.ts';

/** The person's recovery code, which is used up; the answer has the new one as `recovery_code`. */
export const mfaRecoveryCodeGrant: GrantType = {
  name: 'http://auth0.com/oauth/grant-type/mfa-recovery-code',
  parameters: ['mfa_token', 'recovery_code'],
  log: {
    success: 'sercft',
    failure: 'fercft',
    what: 'Password and MFA recovery code for access token',
  },
  answer(ctx, scope) {
    const proof = { kind: 'recovery-code', code: requireParameter(ctx, 'recovery_code') } as const;
    return logInWithFactor(ctx, scope, { proof, wrong: 'Invalid recovery_code.' });
  },
};
