import { createHash } from 'node:crypto';
import {
  type Authenticator,
  type AuthenticatorType,
  createAlphanumericId,
  type FactorName,
  type MfaSettings,
  type MultifactorContext,
  type RandomBytes,
  SECOND_FACTOR_TYPES,
  type SecondFactorType,
  type StepFactor,
  type Tenant,
  type UsableFactor,
  type User,
} from '@tessera/model';
import { maskEmail, maskPhoneNumber } from './mask.ts';

/** The same factor in three vocabularies: Actions, stored authenticators, the management API's switches. */
const FACTORS: Readonly<
  Record<SecondFactorType, { readonly stored: AuthenticatorType; readonly name: FactorName }>
> = {
  'webauthn-roaming': { stored: 'webauthn-roaming', name: 'webauthn-roaming' },
  'webauthn-platform': { stored: 'webauthn-platform', name: 'webauthn-platform' },
  'push-notification': { stored: 'push-notification', name: 'push-notification' },
  otp: { stored: 'totp', name: 'otp' },
  phone: { stored: 'phone', name: 'sms' },
  email: { stored: 'email', name: 'email' },
  'recovery-code': { stored: 'recovery-code', name: 'recovery-code' },
};

/** Undefined for a passkey: it is a first factor. */
export function factorTypeOf(stored: AuthenticatorType): SecondFactorType | undefined {
  return SECOND_FACTOR_TYPES.find((type) => FACTORS[type].stored === stored);
}

/** See `Multifactor.listEnabledTypes`. */
export function listEnabledTypes({ settings }: Tenant): readonly SecondFactorType[] {
  const enabled = settings.mfa?.factors ?? [];
  return SECOND_FACTOR_TYPES.filter((type) => enabled.includes(FACTORS[type].name));
}

/** Ways of the phone factor; the first is the default. */
export function listPhoneChannels(mfa: MfaSettings | undefined): readonly ('sms' | 'voice')[] {
  const types = mfa?.phoneMessageTypes ?? [];
  return types.length > 0 ? types : ['sms'];
}

/** How ids of each type begin; `push` as recorded answers of the hosted service have it. */
export function createAuthenticatorId(type: AuthenticatorType, randomBytes: RandomBytes): string {
  const prefix = type === 'push-notification' ? 'push' : type;
  return `${prefix}|dev_${createAlphanumericId(randomBytes, 16)}`;
}

/** A verified address needs no enrollment: it is an authenticator that no row stands for. */
export function implicitEmail(user: User): Authenticator | undefined {
  if (user.email === undefined || !user.emailVerified) return undefined;
  const digest = createHash('sha256').update(`email authenticator ${user.userId}`).digest('hex');
  return {
    id: `email|dev_${digest.slice(0, 16)}`,
    userId: user.userId,
    type: 'email',
    isConfirmed: true,
    email: user.email,
    secret: {},
    createdAt: user.createdAt,
  };
}

/** Confirmed authenticators of enabled types, the implicit e-mail address included, strongest first. */
export async function listUsableAuthenticators(
  { tenant, store }: Pick<MultifactorContext, 'tenant' | 'store'>,
  user: User,
): Promise<readonly Authenticator[]> {
  const stored = (await store.authenticators.listForUser(user.userId)).filter(
    ({ isConfirmed }) => isConfirmed,
  );
  const address = implicitEmail(user);
  const isOwnRow = stored.some(({ type, email }) => type === 'email' && email === address?.email);
  const all = address && !isOwnRow ? [...stored, address] : stored;
  return listEnabledTypes(tenant).flatMap((type) =>
    all.filter((authenticator) => authenticator.type === FACTORS[type].stored),
  );
}

/** What is told of an authenticator: its number or address masked. */
export function describeFactor(authenticator: Authenticator): UsableFactor {
  const type = factorTypeOf(authenticator.type);
  if (type === undefined) throw new Error(`${authenticator.type} is no second factor`);
  const label = labelOf(authenticator);
  return {
    authenticatorId: authenticator.id,
    type,
    ...(type === 'phone'
      ? { options: { preferredMethod: authenticator.preferredMethod ?? 'sms' } }
      : {}),
    ...(label === undefined ? {} : { label }),
  };
}

export function labelOf({ phoneNumber, email, name }: Authenticator): string | undefined {
  if (phoneNumber !== undefined) return maskPhoneNumber(phoneNumber);
  if (email !== undefined) return maskEmail(email);
  return name;
}

/** One entry per type, as `event.user.enrolledFactors` has it. */
export function toEnrolledFactors(factors: readonly UsableFactor[]): readonly StepFactor[] {
  const first = new Map<SecondFactorType, StepFactor>();
  for (const { type, options } of factors) {
    if (!first.has(type)) first.set(type, { type, ...(options ? { options } : {}) });
  }
  return [...first.values()];
}
