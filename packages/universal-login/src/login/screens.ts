import type { ConnectionForms } from '@tessera/accounts';
import { type FieldKind, type FieldView, viewFields } from '../forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { Translator } from '../i18n/translator.ts';
import type { PasskeyView } from '../passkeys/passkey-view.ts';
import { SAMPLE_FORMS } from '../sample-forms.ts';
import { defineScreen, type Screen } from '../screen.ts';
import { NO_WAYS, type WaysView } from './ways.ts';

/** What pages have that begin a login. */
interface BeginningData {
  readonly fields: readonly FieldView[];
  /** Null where the connection has no passkeys. */
  readonly passkey: PasskeyView | null;
  readonly ways: WaysView;
  readonly signUpUrl: string | null;
}

/** Data of the login page. */
export interface LoginData extends BeginningData {
  readonly forgotUrl: string;
}

/** Data of the page that asks for the password alone. */
export interface PasswordData {
  readonly identifier: string;
  readonly fields: readonly FieldView[];
  readonly identifierUrl: string;
  readonly forgotUrl: string;
}

interface FormLook {
  readonly state: FormState;
  /** Browsers offer passkeys in the field. */
  readonly hasPasskeys: boolean;
}

/** The identifier, worded for what people may log in with. */
function identifierKind(
  t: Translator,
  forms: ConnectionForms,
  { hasPasskeys }: FormLook,
): FieldKind {
  const kinds = [
    ...(forms.email.isActive ? ['email'] : []),
    ...(forms.username.isActive ? ['username'] : []),
    ...(forms.phoneNumber.isActive ? ['phone'] : []),
  ];
  const [only] = kinds.length === 1 ? kinds : [];
  const types: Readonly<Record<string, FieldKind['type']>> = { email: 'email', phone: 'tel' };
  return {
    name: 'identifier',
    label: t.text(`login.identifier.${kinds.join('-') || 'username'}`),
    type: types[only ?? ''] ?? 'text',
    autocomplete: hasPasskeys ? 'username webauthn' : 'username',
  };
}

const passwordKind = (t: Translator): FieldKind => ({
  name: 'password',
  label: t.text('common.password'),
  type: 'password',
  autocomplete: 'current-password',
});

/** Identifier and password. */
export function loginFields(
  t: Translator,
  forms: ConnectionForms,
  look: FormLook,
): readonly FieldView[] {
  return viewFields(t, look.state, [identifierKind(t, forms, look), passwordKind(t)]);
}

export function identifierFields(
  t: Translator,
  forms: ConnectionForms,
  look: FormLook,
): readonly FieldView[] {
  return viewFields(t, look.state, [identifierKind(t, forms, look)]);
}

export function passwordFields(t: Translator, state: FormState): readonly FieldView[] {
  return viewFields(t, state, [passwordKind(t)]);
}

const WRONG: FormState = {
  values: { identifier: 'ada@example.com' },
  problems: [],
  message: { key: 'account.wrong-credentials' },
};
const PLAIN = { passkey: null, ways: NO_WAYS, forgotUrl: '/u/forgot', signUpUrl: '/u/signup' };

function sampleLogin(t: Translator, state: FormState, change: Partial<LoginData> = {}): LoginData {
  const fields = loginFields(t, SAMPLE_FORMS, { state, hasPasskeys: false });
  return { ...PLAIN, fields, ...change };
}

function sampleWays(t: Translator): WaysView {
  return {
    federated: [{ name: 'acme', label: t.text('login.continue-with', { connection: 'Acme' }) }],
    links: [
      { url: '/u/login/passwordless', label: t.text('login.code-by-email') },
      { url: '/u/login/passwordless', label: t.text('login.code-by-sms') },
    ],
  };
}

export const LOGIN_SCREEN = defineScreen<LoginData>({
  name: 'login/login',
  title: 'login.title',
  forms: 'self',
  samples: {
    empty: { data: (t) => sampleLogin(t, EMPTY_FORM) },
    wrong: { data: (t) => sampleLogin(t, WRONG), form: WRONG },
    ways: {
      data: (t) => sampleLogin(t, EMPTY_FORM, { ways: sampleWays(t), passkey: { ui: 'both' } }),
    },
  },
});

export const IDENTIFIER_SCREEN = defineScreen<BeginningData>({
  name: 'login/identifier',
  title: 'login.title',
  forms: 'self',
  samples: {
    empty: {
      data: (t) => ({
        ...sampleLogin(t, EMPTY_FORM, { ways: sampleWays(t) }),
        fields: identifierFields(t, SAMPLE_FORMS, { state: EMPTY_FORM, hasPasskeys: false }),
      }),
    },
  },
});

const WRONG_PASSWORD: FormState = { ...WRONG, values: {} };

export const PASSWORD_SCREEN = defineScreen<PasswordData>({
  name: 'login/password',
  title: 'login.password-title',
  forms: 'self',
  samples: {
    empty: { data: (t) => samplePassword(t, EMPTY_FORM) },
    wrong: { data: (t) => samplePassword(t, WRONG_PASSWORD), form: WRONG_PASSWORD },
  },
});

function samplePassword(t: Translator, state: FormState): PasswordData {
  return {
    identifier: 'ada@example.com',
    fields: passwordFields(t, state),
    identifierUrl: '/u/login/identifier',
    forgotUrl: '/u/forgot',
  };
}

export const CHOOSE_SCREEN = defineScreen<{ readonly ways: WaysView }>({
  name: 'login/choose',
  title: 'login.title',
  forms: 'self',
  samples: { ways: { data: (t) => ({ ways: sampleWays(t) }) } },
});

export const LOGIN_SCREENS: readonly Screen<object>[] = [
  LOGIN_SCREEN,
  IDENTIFIER_SCREEN,
  PASSWORD_SCREEN,
  CHOOSE_SCREEN,
];

/** The screen with what passkeys need; nothing is loaded where there are none. */
export function withPasskeys<Data extends BeginningData>(
  screen: Screen<Data>,
  passkey: PasskeyView | null,
): Screen<Data> {
  return passkey === null ? screen : { ...screen, scripts: ['passkeys'] };
}
