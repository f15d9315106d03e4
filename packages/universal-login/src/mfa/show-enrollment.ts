import type { FactorEnrollment, SecondFactorType } from '@tessera/model';
import type { FastifyReply } from 'fastify';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { type Refusal, refuseError, SHOWN_FIRST, withValues } from './mfa-page.ts';
import type { MfaSession } from './mfa-session.ts';
import { enrollmentOptionsUrl, enrollmentPath, verificationPath } from './mfa-urls.ts';
import type { StepPlan } from './plan-step.ts';
import { createQrImage } from './qr-image.ts';
import {
  CODE_SCREEN,
  codeField,
  emailField,
  inGroups,
  OTP_ENROLLMENT_SCREEN,
  phoneField,
  RECOVERY_CODE_SCREEN,
  type StepData,
  WAIT_SCREEN,
  WEBAUTHN_SCREEN,
} from './screens.ts';

/** The setting up of one factor, on its page. */
export interface Enrollment {
  readonly session: MfaSession;
  readonly plan: Extract<StepPlan, { readonly kind: 'enrollment' }>;
  readonly type: SecondFactorType;
}

/** The enrollment that this page began; loading the page again begins nothing anew. */
export const nameOf = ({ session, type }: Enrollment): string =>
  `page ${session.step.state} enrollment ${type}`;

/** Shows the first page of the factor. */
export async function showEnrollment(
  page: PageRequest,
  enrollment: Enrollment,
  shown: Refusal,
): Promise<FastifyReply> {
  const { session, type } = enrollment;
  if (type === 'phone' || type === 'email')
    return showAddress(page, { ...enrollment, type }, shown);
  const isWebAuthn = type === 'webauthn-roaming' || type === 'webauthn-platform';
  const begun = await page.options.multifactor.beginEnrollment(session.mfa, session.subject, {
    type,
    ...(isWebAuthn ? {} : { oobCode: nameOf(enrollment) }),
  });
  return showBegun(page, enrollment, { begun: begun.enrollment, shown });
}

async function showBegun(
  page: PageRequest,
  enrollment: Enrollment,
  { begun, shown }: { readonly begun: FactorEnrollment; readonly shown: Refusal },
): Promise<FastifyReply> {
  const { session, type } = enrollment;
  const { status, form } = shown;
  const view = { ...session.place, status, form };
  const texts = { heading: `mfa.enrollment.${type}.heading`, lede: `mfa.enrollment.${type}.lede` };
  switch (begun.kind) {
    case 'otp': {
      const qr = await createQrImage(begun.barcodeUri);
      return showScreen(page, {
        ...view,
        screen: OTP_ENROLLMENT_SCREEN,
        data: (t) => ({
          ...stepData(enrollment, []),
          heading: t.text(texts.heading),
          lede: t.text(texts.lede),
          fields: codeField(t, form, false),
          sends: [],
          qr,
          secret: inGroups(begun.secret),
        }),
      });
    }
    case 'push': {
      const qr = await createQrImage(begun.barcodeUri);
      const query = new URLSearchParams({ state: session.step.state });
      return showScreen(page, {
        ...view,
        screen: WAIT_SCREEN,
        data: (t) => ({
          ...stepData(enrollment, []),
          heading: t.text(texts.heading),
          lede: t.text(texts.lede),
          stateUrl: `/u/mfa-push-enrollment-state?${query.toString()}`,
          qr,
        }),
      });
    }
    case 'webauthn':
      return showScreen(page, {
        ...view,
        screen: WEBAUTHN_SCREEN,
        data: (t) => ({
          ...stepData(enrollment, [{ name: 'oob_code', value: begun.oobCode }]),
          heading: t.text(texts.heading),
          lede: t.text(texts.lede),
          ceremony: 'create',
          options: JSON.stringify(begun.options),
        }),
      });
    case 'recovery-code':
      return showScreen(page, {
        ...view,
        screen: RECOVERY_CODE_SCREEN,
        data: (t) => ({
          ...stepData(enrollment, []),
          heading: t.text(texts.heading),
          lede: t.text(texts.lede),
          recoveryCode: inGroups(begun.recoveryCode),
        }),
      });
    case 'code':
      return showVerification(
        page,
        { ...enrollment, type: type === 'email' ? type : 'phone' },
        shown,
      );
  }
}

/** An enrollment by a number or an address. */
type AddressEnrollment = Enrollment & { readonly type: 'phone' | 'email' };

function showAddress(
  page: PageRequest,
  enrollment: AddressEnrollment,
  { status, form }: Refusal,
): Promise<FastifyReply> {
  const { session, type } = enrollment;
  const channels = session.mfa.tenant.settings.mfa?.phoneMessageTypes ?? [];
  const email = form.values.email ?? session.user.email ?? '';
  const values = type === 'email' ? { ...form.values, email } : form.values;
  return showScreen(page, {
    ...session.place,
    status,
    form,
    screen: CODE_SCREEN,
    data: (t) => ({
      ...stepData(enrollment, []),
      canRemember: false,
      heading: t.text(`mfa.enrollment.${type}.heading`),
      lede: t.text(`mfa.enrollment.${type}.lede`),
      fields: type === 'phone' ? phoneField(t, form) : emailField(t, { ...form, values }),
      sends: [],
      hidden:
        type === 'phone' && channels.length === 1 && channels[0] === 'voice'
          ? [{ name: 'send', value: 'voice' }]
          : [],
    }),
  });
}

/** Sends a code to what was typed, and asks for it. */
export async function sendEnrollmentCode(
  page: PageRequest,
  enrollment: AddressEnrollment,
  values: Readonly<Record<string, string>>,
): Promise<FastifyReply> {
  const { session, type } = enrollment;
  const { phone_number: phoneNumber = '', email = '', send = '' } = values;
  const isAgain = 'code' in values && send !== '';
  const field = type === 'phone' ? 'phone_number' : 'email';
  try {
    await page.options.multifactor.beginEnrollment(session.mfa, session.subject, {
      type,
      ...(type === 'phone' ? { phoneNumber } : { email }),
      ...(send === 'voice' || send === 'sms' ? { channel: send } : {}),
      oobCode: nameOf(enrollment),
      resend: isAgain,
    });
  } catch (error) {
    const refusal = withValues(refuseError(page, error, field), values);
    return isAgain
      ? showVerification(page, enrollment, refusal)
      : showAddress(page, enrollment, refusal);
  }
  return showVerification(page, enrollment, withValues(SHOWN_FIRST, values));
}

/** Asks for the code that was sent. The number or address travels in the form, for sending it again. */
export function showVerification(
  page: PageRequest,
  enrollment: AddressEnrollment,
  { status, form }: Refusal,
): Promise<FastifyReply> {
  const { session, type } = enrollment;
  const name = type === 'phone' ? 'phone_number' : 'email';
  const value = form.values[name] ?? '';
  const channels = session.mfa.tenant.settings.mfa?.phoneMessageTypes ?? [];
  const sends = type === 'email' ? ['email'] : channels.length > 0 ? channels : ['sms'];
  return showScreen(page, {
    ...session.place,
    status,
    form,
    screen: CODE_SCREEN,
    data: (t) => ({
      ...stepData(enrollment, [{ name, value }]),
      action: verificationPath(type),
      heading: t.text(`mfa.challenge.${type}.heading`),
      lede: t.text(`mfa.challenge.${type}.lede`, { label: value }),
      fields: codeField(t, { ...form, values: {} }, false),
      sends: sends.map((send) => ({
        value: send,
        text: t.text(send === 'voice' ? 'mfa.send.voice' : 'mfa.send.again'),
      })),
    }),
  });
}

function stepData(
  { session, plan, type }: Enrollment,
  hidden: StepData['hidden'],
): Omit<StepData, 'heading' | 'lede'> {
  return {
    action: enrollmentPath(type),
    canRemember: session.step.cause.allowRememberBrowser && type !== 'recovery-code',
    otherUrl: plan.all.length > 1 ? enrollmentOptionsUrl(session.step.state) : null,
    hidden,
  };
}
