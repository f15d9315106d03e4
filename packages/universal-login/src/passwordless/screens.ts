import { type FieldView, viewFields } from '../forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { Translator } from '../i18n/translator.ts';
import { NO_WAYS, type WaysView } from '../login/ways.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** Where a code goes. */
export type CodeChannel = 'email' | 'sms';

/** Name of the form's field, as account problems are told of it. */
export const ADDRESS_FIELD = { email: 'email', sms: 'phone_number' } as const;

/** Data of the page that asks where a code may be sent. */
export interface AddressData {
  readonly channel: CodeChannel;
  readonly connection: string;
  readonly fields: readonly FieldView[];
  readonly ways: WaysView;
}

/** Data of the page that asks for the code. */
export interface CodeData {
  readonly channel: CodeChannel;
  readonly address: string;
  readonly fields: readonly FieldView[];
  readonly addressUrl: string;
  /** A new code was just sent. */
  readonly isResent: boolean;
}

/** Data of the page that a link leads to. */
export interface LinkData {
  readonly address: string;
}

export function addressFields(
  t: Translator,
  channel: CodeChannel,
  state: FormState,
): readonly FieldView[] {
  return viewFields(t, state, [
    channel === 'email'
      ? { name: 'email', label: t.text('common.email'), type: 'email', autocomplete: 'email' }
      : {
          name: 'phone_number',
          label: t.text('common.phone'),
          type: 'tel',
          autocomplete: 'tel',
          hint: t.text('passwordless.phone-hint'),
        },
  ]);
}

export function codeFields(t: Translator, state: FormState): readonly FieldView[] {
  return viewFields(t, state, [
    {
      name: 'code',
      label: t.text('passwordless.code'),
      type: 'text',
      autocomplete: 'one-time-code',
      inputMode: 'numeric',
    },
  ]);
}

const NO_ADDRESS: FormState = {
  values: { email: 'ada' },
  problems: [{ name: 'email', message: { key: 'account.problem.email-invalid' } }],
};

export const ADDRESS_SCREEN = defineScreen<AddressData>({
  name: 'passwordless/address',
  title: 'passwordless.title',
  forms: 'self',
  samples: {
    email: { data: (t) => sampleAddress(t, 'email', EMPTY_FORM) },
    sms: { data: (t) => sampleAddress(t, 'sms', EMPTY_FORM) },
    refused: { data: (t) => sampleAddress(t, 'email', NO_ADDRESS), form: NO_ADDRESS },
  },
});

function sampleAddress(t: Translator, channel: CodeChannel, state: FormState): AddressData {
  return { channel, connection: channel, fields: addressFields(t, channel, state), ways: NO_WAYS };
}

const WRONG_CODE: FormState = {
  values: {},
  problems: [],
  message: { key: 'passwordless.wrong-code' },
};

export const CODE_SCREEN = defineScreen<CodeData>({
  name: 'passwordless/code',
  title: 'passwordless.code-title',
  forms: 'self',
  samples: {
    sent: { data: (t) => sampleCode(t, EMPTY_FORM) },
    resent: { data: (t) => ({ ...sampleCode(t, EMPTY_FORM), isResent: true }) },
    wrong: { data: (t) => sampleCode(t, WRONG_CODE), form: WRONG_CODE },
  },
});

function sampleCode(t: Translator, state: FormState): CodeData {
  return {
    channel: 'email',
    address: 'ada@example.com',
    fields: codeFields(t, state),
    addressUrl: '/u/login/passwordless',
    isResent: false,
  };
}

export const LINK_SCREEN = defineScreen<LinkData>({
  name: 'passwordless/link',
  title: 'passwordless.link-title',
  forms: 'self',
  samples: { link: { data: () => ({ address: 'ada@example.com' }) } },
});

export const PASSWORDLESS_SCREENS: readonly Screen<object>[] = [
  ADDRESS_SCREEN,
  CODE_SCREEN,
  LINK_SCREEN,
];
