import type { FormState } from '../forms/form-state.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** Data of the page that offers a passkey. */
export interface PasskeyEnrollmentData {
  readonly identifier: string;
}

/** What a form says when a passkey did not work. */
export const PASSKEY_REFUSED: FormState = {
  values: {},
  problems: [],
  message: { key: 'passkeys.refused' },
};

export const PASSKEY_ENROLLMENT_SCREEN = defineScreen<PasskeyEnrollmentData>({
  name: 'passkeys/enrollment',
  title: 'passkeys.enroll-title',
  forms: 'self',
  scripts: ['passkeys'],
  samples: {
    offer: { data: () => ({ identifier: 'ada@example.com' }) },
    refused: { data: () => ({ identifier: 'ada@example.com' }), form: PASSKEY_REFUSED },
  },
});

export const PASSKEY_SCREENS: readonly Screen<object>[] = [PASSKEY_ENROLLMENT_SCREEN];
