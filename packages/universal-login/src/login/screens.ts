import type { ConnectionForms } from '@tessera/accounts';
import { type FieldView, viewFields } from '../forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { Translator } from '../i18n/translator.ts';
import { SAMPLE_FORMS } from '../sample-forms.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** Data of the login page. */
export interface LoginData {
  readonly fields: readonly FieldView[];
  readonly signUpUrl: string | null;
}

/** Identifier and password, worded for what people may log in with. */
export function loginFields(
  t: Translator,
  forms: ConnectionForms,
  state: FormState,
): readonly FieldView[] {
  const kinds = [
    ...(forms.email.isActive ? ['email'] : []),
    ...(forms.username.isActive ? ['username'] : []),
    ...(forms.phoneNumber.isActive ? ['phone'] : []),
  ];
  const isEmail = kinds.length === 1 && forms.email.isActive;
  return viewFields(t, state, [
    {
      name: 'identifier',
      label: t.text(`login.identifier.${kinds.join('-') || 'username'}`),
      type: isEmail ? 'email' : 'text',
      autocomplete: 'username',
    },
    {
      name: 'password',
      label: t.text('common.password'),
      type: 'password',
      autocomplete: 'current-password',
    },
  ]);
}

const WRONG: FormState = {
  values: { identifier: 'ada@example.com' },
  problems: [],
  message: { key: 'account.wrong-credentials' },
};

export const LOGIN_SCREEN = defineScreen<LoginData>({
  name: 'login/login',
  title: 'login.title',
  forms: 'self',
  samples: {
    empty: {
      data: (t) => ({ fields: loginFields(t, SAMPLE_FORMS, EMPTY_FORM), signUpUrl: '/u/signup' }),
    },
    wrong: {
      data: (t) => ({ fields: loginFields(t, SAMPLE_FORMS, WRONG), signUpUrl: '/u/signup' }),
      form: WRONG,
    },
  },
});

export const LOGIN_SCREENS: readonly Screen<object>[] = [LOGIN_SCREEN];
