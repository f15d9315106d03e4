import type { ConnectionForms } from '@tessera/accounts';
import { type FieldKind, type FieldView, viewFields } from '../forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { Translator } from '../i18n/translator.ts';
import { SAMPLE_FORMS } from '../sample-forms.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** Data of the signup page. */
export interface SignUpData {
  readonly fields: readonly FieldView[];
  readonly loginUrl: string;
}

/** What the connection wants of new users, and a password with its rules. */
export function signUpFields(
  t: Translator,
  forms: ConnectionForms,
  state: FormState,
): readonly FieldView[] {
  const kinds: (FieldKind | false)[] = [
    forms.email.signUp !== 'inactive' && {
      name: 'email',
      label: t.text('common.email'),
      type: 'email',
      autocomplete: 'email',
      isOptional: forms.email.signUp === 'optional',
    },
    forms.username.signUp !== 'inactive' && {
      name: 'username',
      label: t.text('common.username'),
      type: 'text',
      autocomplete: 'username',
      isOptional: forms.username.signUp === 'optional',
    },
    forms.phoneNumber.signUp !== 'inactive' && {
      name: 'phone_number',
      label: t.text('common.phone'),
      type: 'tel',
      autocomplete: 'tel',
      isOptional: forms.phoneNumber.signUp === 'optional',
    },
    {
      name: 'password',
      label: t.text('common.password'),
      type: 'password',
      autocomplete: 'new-password',
      rules: forms.passwordRules,
    },
  ];
  return viewFields(
    t,
    state,
    kinds.filter((kind) => kind !== false),
  );
}

const WEAK: FormState = {
  values: { email: 'ada@example.com' },
  problems: [{ name: 'password', message: { key: 'account.password-too-weak' } }],
  rules: SAMPLE_FORMS.passwordRules,
};

export const SIGN_UP_SCREEN = defineScreen<SignUpData>({
  name: 'signup/signup',
  title: 'signup.title',
  forms: 'self',
  scripts: ['strength'],
  samples: {
    empty: {
      data: (t) => ({ fields: signUpFields(t, SAMPLE_FORMS, EMPTY_FORM), loginUrl: '/u/login' }),
    },
    weak: {
      data: (t) => ({ fields: signUpFields(t, SAMPLE_FORMS, WEAK), loginUrl: '/u/login' }),
      form: WEAK,
    },
  },
});

export const SIGN_UP_SCREENS: readonly Screen<object>[] = [SIGN_UP_SCREEN];
