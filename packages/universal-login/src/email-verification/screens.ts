import { type FieldView, viewFields } from '../forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { Translator } from '../i18n/translator.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** Data of the page that asks for a code right after sign-up. */
export interface VerificationCodeData {
  readonly channel: 'email' | 'phone';
  readonly address: string;
  readonly fields: readonly FieldView[];
  /** The person may go on without. */
  readonly isOptional: boolean;
  /** A new code was just sent. */
  readonly isResent: boolean;
}

export function verificationCodeFields(t: Translator, state: FormState): readonly FieldView[] {
  return viewFields(t, state, [
    {
      name: 'code',
      label: t.text('email-verification.code'),
      type: 'text',
      autocomplete: 'one-time-code',
      inputMode: 'numeric',
    },
  ]);
}

const WRONG_CODE: FormState = {
  values: {},
  problems: [{ name: 'code', message: { key: 'email-verification.code-wrong' } }],
};

/** Takes the code that shows whose an address is. */
export const VERIFICATION_CODE_SCREEN = defineScreen<VerificationCodeData>({
  name: 'email-verification/code',
  title: 'email-verification.code-title',
  forms: 'self',
  samples: {
    email: { data: (t) => sampleCode(t, EMPTY_FORM) },
    optional: { data: (t) => ({ ...sampleCode(t, EMPTY_FORM), isOptional: true }) },
    phone: {
      data: (t) => ({
        ...sampleCode(t, EMPTY_FORM),
        channel: 'phone',
        address: '+4915112345678',
        isResent: true,
      }),
    },
    wrong: { data: (t) => sampleCode(t, WRONG_CODE), form: WRONG_CODE },
  },
});

function sampleCode(t: Translator, state: FormState): VerificationCodeData {
  return {
    channel: 'email',
    address: 'ada@example.com',
    fields: verificationCodeFields(t, state),
    isOptional: false,
    isResent: false,
  };
}

/** Says that an address is verified. */
export const EMAIL_VERIFIED_SCREEN = defineScreen<{
  readonly email: string;
  readonly applicationUrl: string | null;
}>({
  name: 'email-verification/verified',
  title: 'email-verification.verified-title',
  forms: 'none',
  samples: {
    plain: { data: () => ({ email: 'ada@example.com', applicationUrl: null }) },
    application: {
      data: () => ({
        email: 'ada@example.com',
        applicationUrl: 'https://shop.example.com/login',
      }),
    },
  },
});

/** Asks whether the block of an account is to be lifted; a look at the link alone must not do it. */
export const UNBLOCK_SCREEN = defineScreen<object>({
  name: 'email-verification/unblock',
  title: 'email-verification.unblock-title',
  forms: 'self',
  samples: { plain: { data: () => ({}) } },
});

export const UNBLOCKED_SCREEN = defineScreen<object>({
  name: 'email-verification/unblocked',
  title: 'email-verification.unblocked-title',
  forms: 'none',
  samples: { plain: { data: () => ({}) } },
});

export const EMAIL_VERIFICATION_SCREENS: readonly Screen<object>[] = [
  VERIFICATION_CODE_SCREEN,
  EMAIL_VERIFIED_SCREEN,
  UNBLOCK_SCREEN,
  UNBLOCKED_SCREEN,
];
