import type { SecondFactorType } from '@tessera/model';

/** Names of factors in addresses; `push` as the hosted service has it. */
const SLUGS: Readonly<Record<SecondFactorType, string>> = {
  otp: 'otp',
  phone: 'phone',
  email: 'email',
  'push-notification': 'push',
  'webauthn-roaming': 'webauthn-roaming',
  'webauthn-platform': 'webauthn-platform',
  'recovery-code': 'recovery-code',
};

const withState = (path: string, state: string) => `${path}?state=${encodeURIComponent(state)}`;

/** Where flows send the browser: it goes on to the page that the step needs. */
export const MFA_ENTRY = '/u/mfa';
export const mfaUrl = (state: string): string => withState(MFA_ENTRY, state);
export const CHALLENGE_OPTIONS = '/u/mfa-login-options';
export const ENROLLMENT_OPTIONS = '/u/mfa-enroll-options';
export const NEW_RECOVERY_CODE = '/u/mfa-recovery-code-new';
/** Offers a passkey to whoever has passed a factor. */
export const PASSKEY_OFFER = '/u/mfa-passkey-enrollment';
export const passkeyOfferUrl = (state: string): string => withState(PASSKEY_OFFER, state);
export const challengePath = (type: SecondFactorType): string => `/u/mfa-${SLUGS[type]}-challenge`;
export const enrollmentPath = (type: SecondFactorType): string =>
  `/u/mfa-${SLUGS[type]}-enrollment`;
/** The second page of an enrollment that sends a code. */
export const verificationPath = (type: 'phone' | 'email'): string =>
  `/u/mfa-${type}-enrollment-verify`;
export const challengeOptionsUrl = (state: string): string => withState(CHALLENGE_OPTIONS, state);
export const enrollmentOptionsUrl = (state: string): string => withState(ENROLLMENT_OPTIONS, state);
export const newRecoveryCodeUrl = (state: string): string => withState(NEW_RECOVERY_CODE, state);
export const enrollmentUrl = (type: SecondFactorType, state: string): string =>
  withState(enrollmentPath(type), state);
export const challengeUrl = (
  factor: { readonly type: SecondFactorType; readonly authenticatorId: string },
  state: string,
): string =>
  `${withState(challengePath(factor.type), state)}&authenticator=${encodeURIComponent(factor.authenticatorId)}`;
