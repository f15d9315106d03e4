import { BOT_GATE_SCREENS } from './bot-gate/screens.ts';
import { CONSENT_SCREENS } from './consent/screens.ts';
import { DEVICE_SCREENS } from './device/screens.ts';
import { EMAIL_VERIFICATION_SCREENS } from './email-verification/screens.ts';
import { FORM_SCREENS } from './form/screens.ts';
import { LOGIN_SCREENS } from './login/screens.ts';
import { MFA_SCREENS } from './mfa/screens.ts';
import { PASSKEY_SCREENS } from './passkeys/screens.ts';
import { PASSWORD_RESET_SCREENS } from './password-reset/screens.ts';
import { PASSWORDLESS_SCREENS } from './passwordless/screens.ts';
import type { Screen } from './screen.ts';
import { SIGN_UP_SCREENS } from './signup/screens.ts';
import { SYSTEM_SCREENS } from './system/screens.ts';

/** Every page that people see, one line per area. The screenshots and the accessibility tests walk it. */
export const SCREENS: readonly Screen<object>[] = [
  ...BOT_GATE_SCREENS,
  ...CONSENT_SCREENS,
  ...DEVICE_SCREENS,
  ...FORM_SCREENS,
  ...LOGIN_SCREENS,
  ...MFA_SCREENS,
  ...PASSKEY_SCREENS,
  ...PASSWORDLESS_SCREENS,
  ...EMAIL_VERIFICATION_SCREENS,
  ...PASSWORD_RESET_SCREENS,
  ...SIGN_UP_SCREENS,
  ...SYSTEM_SCREENS,
];
