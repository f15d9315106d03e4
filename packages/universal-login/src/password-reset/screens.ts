import type { PasswordRule } from '@tessera/accounts';
import { type FieldView, viewFields } from '../forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { Translator } from '../i18n/translator.ts';
import { SAMPLE_FORMS } from '../sample-forms.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** Data of the page that asks whose password was forgotten. */
export interface ResetRequestData {
  readonly fields: readonly FieldView[];
  readonly submitUrl: string;
  readonly loginUrl: string;
  /** Names this form, so that sending it twice sends one mail. */
  readonly requestId: string;
}

/** @param label Key of the label: by what people log in with the connection. */
export function resetRequestFields(
  t: Translator,
  label: string,
  state: FormState,
): readonly FieldView[] {
  return viewFields(t, state, [
    { name: 'identifier', label: t.text(label), type: 'text', autocomplete: 'username' },
  ]);
}

const EMPTY_IDENTIFIER: FormState = {
  values: {},
  problems: [{ name: 'identifier', message: { key: 'login.identifier-empty' } }],
};

export const RESET_REQUEST_SCREEN = defineScreen<ResetRequestData>({
  name: 'password-reset/request',
  title: 'password-reset.request-title',
  forms: 'self',
  samples: {
    empty: { data: (t) => sampleRequest(t, EMPTY_FORM) },
    refused: { data: (t) => sampleRequest(t, EMPTY_IDENTIFIER), form: EMPTY_IDENTIFIER },
  },
});

function sampleRequest(t: Translator, form: FormState): ResetRequestData {
  return {
    fields: resetRequestFields(t, 'login.identifier.email', form),
    submitUrl: '/u/reset-password/request/people',
    loginUrl: '/u/login',
    requestId: 'sample',
  };
}

/** Says that a link is on its way, if there is an account. */
export const RESET_SENT_SCREEN = defineScreen<{ readonly loginUrl: string }>({
  name: 'password-reset/sent',
  title: 'password-reset.sent-title',
  forms: 'none',
  samples: { plain: { data: () => ({ loginUrl: '/u/login' }) } },
});

/** Data of the page that takes a code. */
export interface ResetCodeData {
  readonly fields: readonly FieldView[];
  readonly requestId: string;
  readonly againUrl: string;
}

export function resetCodeFields(t: Translator, state: FormState): readonly FieldView[] {
  return viewFields(t, state, [
    {
      name: 'code',
      label: t.text('password-reset.code'),
      type: 'text',
      autocomplete: 'one-time-code',
      inputMode: 'numeric',
    },
  ]);
}

const WRONG_CODE: FormState = {
  values: {},
  problems: [{ name: 'code', message: { key: 'password-reset.code-wrong' } }],
};

export const RESET_CODE_SCREEN = defineScreen<ResetCodeData>({
  name: 'password-reset/code',
  title: 'password-reset.code-title',
  forms: 'self',
  samples: {
    empty: { data: (t) => sampleCode(t, EMPTY_FORM) },
    wrong: { data: (t) => sampleCode(t, WRONG_CODE), form: WRONG_CODE },
  },
});

function sampleCode(t: Translator, form: FormState): ResetCodeData {
  return { fields: resetCodeFields(t, form), requestId: 'sample', againUrl: '/u/reset-password' };
}

/** Data of the page that takes the new password. */
export interface NewPasswordData {
  readonly fields: readonly FieldView[];
  /** Whose password it is; null for people without address and name. */
  readonly userName: string | null;
}

export function newPasswordFields(
  t: Translator,
  rules: readonly PasswordRule[],
  state: FormState,
): readonly FieldView[] {
  return viewFields(t, state, [
    {
      name: 'password',
      label: t.text('password-reset.new-password'),
      type: 'password',
      autocomplete: 'new-password',
      rules,
    },
  ]);
}

const WEAK: FormState = {
  values: {},
  problems: [{ name: 'password', message: { key: 'account.password-too-weak' } }],
  rules: SAMPLE_FORMS.passwordRules,
};

export const NEW_PASSWORD_SCREEN = defineScreen<NewPasswordData>({
  name: 'password-reset/new-password',
  title: 'password-reset.new-title',
  scripts: ['strength'],
  forms: 'self',
  samples: {
    empty: { data: (t) => sampleNewPassword(t, EMPTY_FORM) },
    weak: { data: (t) => sampleNewPassword(t, WEAK), form: WEAK },
  },
});

function sampleNewPassword(t: Translator, form: FormState): NewPasswordData {
  const fields = newPasswordFields(t, SAMPLE_FORMS.passwordRules, form);
  return { fields, userName: 'ada@example.com' };
}

export const RESET_DONE_SCREEN = defineScreen<{ readonly applicationUrl: string | null }>({
  name: 'password-reset/done',
  title: 'password-reset.done-title',
  forms: 'none',
  samples: {
    plain: { data: () => ({ applicationUrl: null }) },
    application: { data: () => ({ applicationUrl: 'https://shop.example.com/login' }) },
  },
});

/** `reason` is an Action's, or the step's that failed. */
export const RESET_REFUSED_SCREEN = defineScreen<{ readonly reason: string }>({
  name: 'password-reset/refused',
  title: 'password-reset.refused-title',
  forms: 'none',
  samples: { plain: { data: () => ({ reason: 'Please call us to get a new password.' }) } },
});

export const PASSWORD_RESET_SCREENS: readonly Screen<object>[] = [
  RESET_REQUEST_SCREEN,
  RESET_SENT_SCREEN,
  RESET_CODE_SCREEN,
  NEW_PASSWORD_SCREEN,
  RESET_DONE_SCREEN,
  RESET_REFUSED_SCREEN,
];
