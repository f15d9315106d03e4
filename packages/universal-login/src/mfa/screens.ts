import type { SecondFactorType, UsableFactor } from '@tessera/model';
import { type FieldView, viewFields } from '../forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { Translator } from '../i18n/translator.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** A way to choose. */
export interface OptionView {
  readonly url: string;
  readonly name: string;
  /** Masked number or address, or the name of a key. */
  readonly detail: string | null;
}

interface OptionsData {
  readonly heading: string;
  readonly lede: string;
  readonly options: readonly OptionView[];
}

/** What every page of a challenge or an enrollment has. */
export interface StepData {
  /** Path that the form posts to. */
  readonly action: string;
  readonly heading: string;
  readonly lede: string;
  /** Offers to spare the person the second factor in this browser. */
  readonly canRemember: boolean;
  /** Where another way is chosen; null when there is none. */
  readonly otherUrl: string | null;
  /** Hidden fields besides those of every form. */
  readonly hidden: readonly { readonly name: string; readonly value: string }[];
}

export interface CodeData extends StepData {
  readonly fields: readonly FieldView[];
  /** Buttons that send the code again; `value` is that of the field `send`. */
  readonly sends: readonly { readonly value: string; readonly text: string }[];
}

interface WaitData extends StepData {
  /** Asked by the script; null without. */
  readonly stateUrl: string | null;
  /** `data:` image of a QR code; null in a challenge. */
  readonly qr: string | null;
}

interface WebAuthnData extends StepData {
  readonly ceremony: 'get' | 'create';
  /** JSON of the ceremony's options. */
  readonly options: string;
}

interface OtpEnrollmentData extends CodeData {
  readonly qr: string;
  /** In groups of four. */
  readonly secret: string;
}

interface RecoveryCodeData extends StepData {
  /** In groups of four. */
  readonly recoveryCode: string;
}

/** Groups of four letters, easier to copy. */
export const inGroups = (text: string): string => text.replaceAll(/(.{4})(?=.)/g, '$1 ');

export function codeField(
  t: Translator,
  state: FormState,
  isRecovery: boolean,
): readonly FieldView[] {
  const name = 'code';
  const label = t.text(isRecovery ? 'mfa.recovery-code' : 'mfa.code');
  return viewFields(t, state, [
    isRecovery
      ? { name, label, type: 'text', autocomplete: 'off' }
      : { name, label, type: 'text', autocomplete: 'one-time-code', inputMode: 'numeric' },
  ]);
}

export function phoneField(t: Translator, state: FormState): readonly FieldView[] {
  return viewFields(t, state, [
    {
      name: 'phone_number',
      label: t.text('common.phone'),
      type: 'tel',
      autocomplete: 'tel',
      hint: t.text('mfa.phone-hint'),
    },
  ]);
}

export function emailField(t: Translator, state: FormState): readonly FieldView[] {
  return viewFields(t, state, [
    { name: 'email', label: t.text('common.email'), type: 'email', autocomplete: 'email' },
  ]);
}

export function viewOption(
  t: Translator,
  type: SecondFactorType,
  url: string,
  factor?: UsableFactor,
): OptionView {
  return { url, name: t.text(`mfa.factor.${type}`), detail: factor?.label ?? null };
}

const SAMPLE_STEP: Pick<StepData, 'canRemember' | 'otherUrl' | 'hidden'> = {
  canRemember: true,
  otherUrl: '/u/mfa-login-options',
  hidden: [],
};
const WRONG: FormState = {
  values: {},
  problems: [{ name: 'code', message: { key: 'mfa.wrong-code' } }],
};
const SAMPLE_QR =
  'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA0IDQiPjxwYXRoIGQ9Ik0wIDBoMnYySDB6TTIgMmgydjJIMnoiLz48L3N2Zz4=';

const sampleCode = (t: Translator, type: 'otp' | 'phone', form: FormState): CodeData => ({
  ...SAMPLE_STEP,
  action: `/u/mfa-${type}-challenge`,
  heading: t.text(`mfa.challenge.${type}.heading`),
  lede: t.text(`mfa.challenge.${type}.lede`, { label: 'XXXXXXXXXXX5044' }),
  fields: codeField(t, form, false),
  sends:
    type === 'phone'
      ? [
          { value: 'sms', text: t.text('mfa.send.again') },
          { value: 'voice', text: t.text('mfa.send.voice') },
        ]
      : [],
});

export const OPTIONS_SCREEN = defineScreen<OptionsData>({
  name: 'mfa/options',
  title: 'mfa.title',
  forms: 'none',
  samples: {
    challenge: {
      data: (t) => ({
        heading: t.text('mfa.options.challenge.heading'),
        lede: t.text('mfa.options.challenge.lede'),
        options: [
          { url: '#', name: t.text('mfa.factor.otp'), detail: null },
          { url: '#', name: t.text('mfa.factor.phone'), detail: 'XXXXXXXXXXX5044' },
        ],
      }),
    },
  },
});

export const CODE_SCREEN = defineScreen<CodeData>({
  name: 'mfa/code',
  title: 'mfa.title',
  forms: 'self',
  samples: {
    app: { data: (t) => sampleCode(t, 'otp', EMPTY_FORM) },
    phone: { data: (t) => sampleCode(t, 'phone', EMPTY_FORM) },
    wrong: { data: (t) => sampleCode(t, 'otp', WRONG), form: WRONG },
  },
});

export const WAIT_SCREEN = defineScreen<WaitData>({
  name: 'mfa/wait',
  title: 'mfa.title',
  forms: 'self',
  scripts: ['mfa-wait'],
  samples: {
    challenge: {
      data: (t) => ({
        ...SAMPLE_STEP,
        action: '/u/mfa-push-challenge',
        heading: t.text('mfa.challenge.push-notification.heading'),
        lede: t.text('mfa.challenge.push-notification.lede', { label: 'Pocket' }),
        stateUrl: null,
        qr: null,
      }),
    },
    enrollment: {
      data: (t) => ({
        ...SAMPLE_STEP,
        canRemember: false,
        action: '/u/mfa-push-enrollment',
        heading: t.text('mfa.enrollment.push-notification.heading'),
        lede: t.text('mfa.enrollment.push-notification.lede'),
        stateUrl: null,
        qr: SAMPLE_QR,
      }),
    },
  },
});

export const WEBAUTHN_SCREEN = defineScreen<WebAuthnData>({
  name: 'mfa/webauthn',
  title: 'mfa.title',
  forms: 'self',
  scripts: ['mfa-webauthn'],
  samples: {
    challenge: {
      data: (t) => ({
        ...SAMPLE_STEP,
        action: '/u/mfa-webauthn-roaming-challenge',
        heading: t.text('mfa.challenge.webauthn-roaming.heading'),
        lede: t.text('mfa.challenge.webauthn-roaming.lede'),
        ceremony: 'get',
        options: '{}',
      }),
    },
  },
});

export const OTP_ENROLLMENT_SCREEN = defineScreen<OtpEnrollmentData>({
  name: 'mfa/otp-enrollment',
  title: 'mfa.title',
  forms: 'self',
  samples: {
    empty: {
      data: (t) => ({
        ...SAMPLE_STEP,
        action: '/u/mfa-otp-enrollment',
        heading: t.text('mfa.enrollment.otp.heading'),
        lede: t.text('mfa.enrollment.otp.lede'),
        fields: codeField(t, EMPTY_FORM, false),
        sends: [],
        qr: SAMPLE_QR,
        secret: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
      }),
    },
  },
});

export const RECOVERY_CODE_SCREEN = defineScreen<RecoveryCodeData>({
  name: 'mfa/recovery-code',
  title: 'mfa.title',
  forms: 'self',
  samples: {
    shown: {
      data: (t) => ({
        ...SAMPLE_STEP,
        canRemember: false,
        otherUrl: null,
        action: '/u/mfa-recovery-code-new',
        heading: t.text('mfa.enrollment.recovery-code.heading'),
        lede: t.text('mfa.enrollment.recovery-code.lede'),
        recoveryCode: '32YC GV1J UE9G 7MDJ 71UT N12W',
      }),
    },
  },
});

/** The end of a way that no application waits for. */
export const DONE_SCREEN = defineScreen<Record<string, never>>({
  name: 'mfa/done',
  title: 'mfa.done.heading',
  forms: 'none',
  samples: { done: { data: () => ({}) } },
});

export const MFA_SCREENS: readonly Screen<object>[] = [
  OPTIONS_SCREEN,
  CODE_SCREEN,
  WAIT_SCREEN,
  WEBAUTHN_SCREEN,
  OTP_ENROLLMENT_SCREEN,
  RECOVERY_CODE_SCREEN,
  DONE_SCREEN,
];
