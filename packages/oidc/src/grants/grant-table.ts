import type { GrantType } from './grant-type.ts';
import { mfaOobGrant } from './mfa-oob.ts';
import { mfaOtpGrant } from './mfa-otp.ts';
import { mfaRecoveryCodeGrant } from './mfa-recovery-code.ts';
import { passwordGrant } from './password.ts';
import { passwordRealmGrant } from './password-realm.ts';
import { passwordlessOtpGrant } from './passwordless-otp.ts';
import { tokenExchangeGrant } from './token-exchange.ts';

/** The grant types that log a person in without a browser. oidc-provider brings the others. */
export const GRANTS: readonly GrantType[] = [
  passwordGrant,
  passwordRealmGrant,
  passwordlessOtpGrant,
  mfaOtpGrant,
  mfaOobGrant,
  mfaRecoveryCodeGrant,
  tokenExchangeGrant,
];
