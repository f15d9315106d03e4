import type { DevicePage } from '@tessera/model';
import { type FieldView, viewFields } from '../forms/form-fields.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import type { Translator } from '../i18n/translator.ts';
import { defineScreen, type Screen } from '../screen.ts';

/** The protocol answers the forms of these pages; it calls their token `xsrf`. */
interface DeviceForm {
  readonly submitUrl: string;
  readonly xsrf: string;
}

/** Data of the page that asks for the code of a device. */
export interface DeviceCodeData extends DeviceForm {
  readonly fields: readonly FieldView[];
}

/** Data of the page that asks whether it is the person's own device. */
export interface DeviceConfirmData extends DeviceForm {
  readonly application: string;
  readonly userCode: string;
}

/** Data of the page at the end. */
export interface DeviceEndData {
  readonly heading: string;
  readonly text: string;
  /** Where to begin again; null where there is nothing left to do here. */
  readonly retryUrl: string | null;
}

const SUBMIT_URL = '/activate';

/** What the page with the code says was wrong. */
export function deviceFormState(page: Extract<DevicePage, { kind: 'code' }>): FormState {
  const { problem, userCode } = page;
  const values = userCode === undefined ? {} : { user_code: userCode };
  return problem === undefined
    ? { ...EMPTY_FORM, values }
    : { values, problems: [{ name: 'user_code', message: { key: `device.problem-${problem}` } }] };
}

export function viewDeviceCode(t: Translator, state: FormState, xsrf: string): DeviceCodeData {
  const fields = viewFields(t, state, [
    {
      name: 'user_code',
      label: t.text('device.code'),
      type: 'text',
      autocomplete: 'one-time-code',
      hint: t.text('device.code-hint'),
    },
  ]);
  return { fields, submitUrl: SUBMIT_URL, xsrf };
}

export function viewDeviceConfirm(
  page: Omit<Extract<DevicePage, { kind: 'confirm' }>, 'kind'>,
): DeviceConfirmData {
  const { clientName, userCode, csrfToken } = page;
  return { application: clientName, userCode, submitUrl: SUBMIT_URL, xsrf: csrfToken };
}

export function viewDeviceEnd(
  t: Translator,
  page: Exclude<DevicePage, { kind: 'code' | 'confirm' }>,
): DeviceEndData {
  const application = page.kind === 'done' ? page.clientName : '';
  return {
    heading: t.text(`device.${page.kind}-heading`),
    text: t.text(`device.${page.kind}-text`, { application }),
    retryUrl: page.kind === 'gone' ? SUBMIT_URL : null,
  };
}

const WRONG = deviceFormState({ kind: 'code', csrfToken: 'x', problem: 'unknown' });

export const DEVICE_CODE_SCREEN = defineScreen<DeviceCodeData>({
  name: 'device/code',
  title: 'device.title',
  forms: 'any',
  samples: {
    empty: { data: (t) => viewDeviceCode(t, EMPTY_FORM, 'x') },
    wrong: { data: (t) => viewDeviceCode(t, WRONG, 'x'), form: WRONG },
  },
});

export const DEVICE_CONFIRM_SCREEN = defineScreen<DeviceConfirmData>({
  name: 'device/confirm',
  title: 'device.title',
  forms: 'any',
  samples: {
    television: {
      data: () =>
        viewDeviceConfirm({ clientName: 'Television', userCode: 'BCDF-GHJK', csrfToken: 'x' }),
    },
  },
});

export const DEVICE_END_SCREEN = defineScreen<DeviceEndData>({
  name: 'device/end',
  title: 'device.title',
  forms: 'none',
  samples: {
    done: { data: (t) => viewDeviceEnd(t, { kind: 'done', clientName: 'Television' }) },
    denied: { data: (t) => viewDeviceEnd(t, { kind: 'denied' }) },
    gone: { data: (t) => viewDeviceEnd(t, { kind: 'gone' }) },
    blocked: { data: (t) => viewDeviceEnd(t, { kind: 'blocked' }) },
  },
});

export const DEVICE_SCREENS: readonly Screen<object>[] = [
  DEVICE_CODE_SCREEN,
  DEVICE_CONFIRM_SCREEN,
  DEVICE_END_SCREEN,
];
