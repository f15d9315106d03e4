import { requireParameter } from './grant-parameters.ts';
import type { GrantType } from './grant-type.ts';
import { logInWithFactor } from './mfa-login.ts';

/** A code of the person's one-time password app. */
export const mfaOtpGrant: GrantType = {
  name: 'http://auth0.com/oauth/grant-type/mfa-otp',
  parameters: ['mfa_token', 'otp'],
  log: {
    success: 'seotpft',
    failure: 'feotpft',
    what: 'Password and OTP challenge for access token',
  },
  answer(ctx, scope) {
    const proof = { kind: 'otp', code: requireParameter(ctx, 'otp') } as const;
    return logInWithFactor(ctx, scope, { proof, wrong: 'Invalid otp_code.' });
  },
};
