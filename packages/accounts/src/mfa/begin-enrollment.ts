import {
  AppError,
  type FactorEnrollment,
  type Multifactor,
  type MultifactorContext,
  type MultifactorSubject,
} from '@tessera/model';
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { choosePhoneChannel } from './begin-challenge.ts';
import { createPending, listPending } from './enrollment-rows.ts';
import { implicitEmail, listEnabledTypes } from './factor-types.ts';
import { logFactor } from './multifactor-log.ts';
import type { MultifactorOptions } from './multifactor-services.ts';
import { createBarcodeUri, createPasswordSecret } from './one-time-password.ts';
import { noSuchFactor } from './proof-limits.ts';
import { beginDevice } from './push-devices.ts';
import { beginRecoveryCode, needsRecoveryCode } from './recovery-code.ts';
import { sendCode } from './sent-codes.ts';
import { beginRegistration } from './webauthn.ts';

type EnrollmentRequest = Parameters<Multifactor['beginEnrollment']>[2];

/** See `Multifactor.beginEnrollment`. */
export async function beginEnrollment(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  request: EnrollmentRequest,
): Promise<{ readonly enrollment: FactorEnrollment; readonly recoveryCode?: string }> {
  const { user } = subject;
  if (!listEnabledTypes(context.tenant).includes(request.type)) throw noSuchFactor();
  const enrollment = await begin(services, context, subject, request);
  await logFactor(context, 'gd_start_enroll', {
    at: services.clock.now(),
    user,
    description: `Enrollment of ${request.type} started`,
  });
  const needsCode =
    request.withRecoveryCode === true &&
    request.type !== 'recovery-code' &&
    (await needsRecoveryCode(context, user));
  if (!needsCode) return { enrollment };
  const { recoveryCode } = await beginRecoveryCode(services, context, subject);
  return { enrollment, recoveryCode };
}

async function begin(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  request: EnrollmentRequest,
): Promise<FactorEnrollment> {
  const { type, oobCode } = request;
  switch (type) {
    case 'otp':
      return beginPassword(services, context, subject);
    case 'recovery-code': {
      const begun = await beginRecoveryCode(services, context, subject);
      return { kind: 'recovery-code', ...begun };
    }
    case 'phone':
      return beginPhone(services, context, subject, request);
    case 'email':
      return beginEmail(services, context, subject, request);
    case 'push-notification': {
      const { oobCode: name, ticket } = await beginDevice(services, context, subject, { oobCode });
      const barcodeUri = describeDeviceEnrollment(context, subject, ticket);
      return { kind: 'push', authenticatorId: '', oobCode: name, barcodeUri };
    }
    case 'webauthn-roaming':
    case 'webauthn-platform': {
      const all = await context.store.authenticators.listForUser(subject.user.userId);
      const authenticators = all.filter(({ credentialId }) => credentialId !== undefined);
      return beginRegistration(services, context, subject, { type, authenticators, oobCode });
    }
  }
}

const issuerOf = ({ tenant }: MultifactorContext) => tenant.settings.friendlyName ?? tenant.name;
const accountOf = ({ user }: MultifactorSubject) =>
  user.email ?? user.username ?? user.phoneNumber ?? user.userId;

/** The same secret for as long as the binding's enrollment lives: the page may be loaded again. */
async function beginPassword(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
): Promise<FactorEnrollment> {
  const pending = await listPending(services, context, subject);
  const begun = pending.find(
    ({ type, secret }) => type === 'totp' && typeof secret.key === 'string',
  );
  const fields = { secret: { key: createPasswordSecret() } };
  const { id, secret } =
    begun ?? (await createPending(services, context, subject, { type: 'totp', fields }));
  const key = String(secret.key);
  const barcodeUri = createBarcodeUri(key, issuerOf(context), accountOf(subject));
  return { kind: 'otp', authenticatorId: id, secret: key, barcodeUri };
}

const phoneNumberSchema = z.string().regex(/^\+[1-9][0-9]{6,14}$/);
const emailSchema = z.string().max(LIMITS.emailLength).pipe(z.email());

async function beginPhone(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  request: EnrollmentRequest,
): Promise<FactorEnrollment> {
  const number = (request.phoneNumber ?? '').replaceAll(/[\s().-]/g, '');
  const parsed = phoneNumberSchema.safeParse(number);
  if (!parsed.success) {
    throw new AppError(
      'invalid_body',
      'A phone number starts with + and the country code, and has 7 to 15 digits.',
    );
  }
  const phoneNumber = parsed.data;
  const channel = choosePhoneChannel(context, request.channel);
  const pending = await listPending(services, context, subject);
  const begun = pending.find(
    (candidate) => candidate.phoneNumber === phoneNumber && candidate.preferredMethod === channel,
  );
  const fields = { phoneNumber, preferredMethod: channel, secret: {} };
  const authenticator =
    begun ?? (await createPending(services, context, subject, { type: 'phone', fields }));
  const { oobCode, resend } = request;
  const sent = { authenticator, purpose: 'enrollment', channel, oobCode, resend } as const;
  return sendCode(services, context, subject, sent);
}

async function beginEmail(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  request: EnrollmentRequest,
): Promise<FactorEnrollment> {
  const { user } = subject;
  const parsed = emailSchema.safeParse((request.email ?? user.email ?? '').trim().toLowerCase());
  if (!parsed.success) {
    throw new AppError('invalid_body', 'Please enter a valid e-mail address.');
  }
  const email = parsed.data;
  const pending = await listPending(services, context, subject);
  const begun = pending.find((candidate) => candidate.email === email);
  const fields = { email, secret: {} };
  const authenticator =
    begun ??
    (implicitEmail(user)?.email === email ? implicitEmail(user) : undefined) ??
    (await createPending(services, context, subject, { type: 'email', fields }));
  const { oobCode, resend } = request;
  const channel = 'email';
  const sent = { authenticator, purpose: 'enrollment', channel, oobCode, resend } as const;
  return sendCode(services, context, subject, sent);
}

/** The QR code of a device: no shared secret, but where to register a key, and with which ticket. */
function describeDeviceEnrollment(
  context: MultifactorContext,
  subject: MultifactorSubject,
  ticket: string,
): string {
  const label = `${encodeURIComponent(issuerOf(context))}:${encodeURIComponent(accountOf(subject))}`;
  const query = new URLSearchParams({ enrollment_tx_id: ticket, base_url: context.baseUrl });
  return `otpauth://totp/${label}?${query.toString()}`;
}
