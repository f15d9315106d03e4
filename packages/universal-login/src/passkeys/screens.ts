import type { FormState } from '../forms/form-state.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** Data of the page that offers a passkey. */
export interface PasskeyEnrollmentData {
  readonly identifier: string;
  /** Where its forms go; a script asks below it for options. */
  readonly action: string;
}

/** What a form says when a passkey did not work. */
export const PASSKEY_REFUSED: FormState = {
  values: {},
  problems: [],
  message: { key: 'passkeys.refused' },
};

const SAMPLE: PasskeyEnrollmentData = {
  identifier: 'ada@example.com',
  action: '/u/passkey-enrollment',
};

export const PASSKEY_ENROLLMENT_SCREEN = defineScreen<PasskeyEnrollmentData>({
  name: 'passkeys/enrollment',
  title: 'passkeys.enroll-title',
  forms: 'self',
  scripts: ['passkeys'],
  samples: {
    offer: { data: () => SAMPLE },
    refused: { data: () => SAMPLE, form: PASSKEY_REFUSED },
  },
});

export const PASSKEY_SCREENS: readonly Screen<object>[] = [PASSKEY_ENROLLMENT_SCREEN];
