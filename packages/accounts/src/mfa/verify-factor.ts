import type {
  Authenticator,
  FactorProof,
  FactorVerdict,
  MultifactorContext,
  MultifactorSubject,
  Ticket,
} from '@tessera/model';
import { confirmPending, listPending } from './enrollment-rows.ts';
import { useEnrollmentTicket } from './enrollment-tickets.ts';
import {
  factorTypeOf,
  implicitEmail,
  listEnabledTypes,
  listUsableAuthenticators,
} from './factor-types.ts';
import { inTransaction } from './in-transaction.ts';
import { logFactor } from './multifactor-log.ts';
import type { MultifactorOptions } from './multifactor-services.ts';
import { findPasswordStep, withUsedStep } from './one-time-password.ts';
import { admitProof, forgiveProofs } from './proof-limits.ts';
import { takeDeviceAnswer } from './push-devices.ts';
import {
  completeRecoveryCode,
  confirmRecoveryCode,
  findBegunCode,
  useRecoveryCode,
} from './recovery-code.ts';
import { takeCode } from './sent-codes.ts';
import { verifyWebAuthn } from './webauthn.ts';

/** A right proof: which authenticator, and what follows from it. */
interface Proven {
  readonly authenticator: Authenticator;
  readonly isEnrollment: boolean;
  readonly recoveryCode?: string;
}

type Judgement = Proven | { readonly kind: 'wrong' | 'pending' | 'rejected' };
const WRONG = { kind: 'wrong' } as const;

/** See `Multifactor.verify`. */
export async function verifyFactor(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  proof: FactorProof,
): Promise<FactorVerdict> {
  const isGuess = proof.kind !== 'webauthn' && !(proof.kind === 'oob' && !proof.bindingCode);
  if (isGuess) {
    const retryAfterSeconds = await admitProof(services, context, subject.user);
    if (retryAfterSeconds !== undefined) return { kind: 'too-many-attempts', retryAfterSeconds };
  }
  const judgement = subject.usesTicket
    ? await judgeWithTicket(services, context, subject, proof)
    : await judge(services, context, subject, proof);
  if ('kind' in judgement) {
    await logRefusal(services, context, subject, { proof, kind: judgement.kind });
    return judgement;
  }
  if (isGuess) await forgiveProofs(services, context, subject.user);
  return pass(services, context, subject, judgement);
}

/** Of two browsers with the same link, one confirms a factor: what the other has confirmed is undone. */
async function judgeWithTicket(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  proof: FactorProof,
): Promise<Judgement> {
  try {
    return await inTransaction(context, async (tx) => {
      const judgement = await judge(services, tx, subject, proof);
      const isEnrollment = !('kind' in judgement) && judgement.isEnrollment;
      if (isEnrollment && !(await useEnrollmentTicket(tx, subject))) throw new TicketUsedError();
      return judgement;
    });
  } catch (error) {
    if (error instanceof TicketUsedError) return WRONG;
    throw error;
  }
}

/** Ends the transaction. */
class TicketUsedError extends Error {}

async function judge(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  proof: FactorProof,
): Promise<Judgement> {
  switch (proof.kind) {
    case 'otp':
      return judgePassword(services, context, subject, proof.code.replaceAll(/\s/g, ''));
    case 'recovery-code':
      return judgeRecoveryCode(services, context, subject, proof.code);
    case 'oob': {
      const { oobCode, bindingCode } = proof;
      return bindingCode
        ? judgeSentCode(services, context, subject, { oobCode, code: bindingCode })
        : judgeDevice(services, context, subject, oobCode);
    }
    case 'webauthn':
      return (await verifyWebAuthn(services, context, subject, proof)) ?? WRONG;
  }
}

async function judgePassword(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  code: string,
): Promise<Judgement> {
  const now = services.clock.now();
  const usable = await listUsableAuthenticators(context, subject.user);
  for (const authenticator of usable.filter(({ type }) => type === 'totp')) {
    const step = findPasswordStep(authenticator, code, now);
    if (step === undefined) continue;
    const { id, secret } = authenticator;
    const patch = { secret: withUsedStep(secret, step), lastUsedAt: now };
    // Only while nobody used another code in between: of equal codes at once, one counts.
    const used = await context.store.authenticators.update(id, patch, secret);
    return used ? { authenticator: used, isEnrollment: false } : WRONG;
  }
  if (!listEnabledTypes(context.tenant).includes('otp')) return WRONG;
  const pending = await listPending(services, context, subject);
  for (const authenticator of pending.filter(({ type }) => type === 'totp')) {
    const step = findPasswordStep(authenticator, code, now);
    if (step === undefined) continue;
    const confirmed = await confirmPending(services, context, authenticator, { usedStep: step });
    return confirmed ? { authenticator: confirmed, isEnrollment: true } : WRONG;
  }
  return WRONG;
}

async function judgeRecoveryCode(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  code: string,
): Promise<Judgement> {
  if (!listEnabledTypes(context.tenant).includes('recovery-code')) return WRONG;
  const begun = await findBegunCode(services, context, subject, code);
  if (begun) {
    const confirmed = await confirmRecoveryCode(services, context, begun);
    return confirmed ? { authenticator: confirmed, isEnrollment: true } : WRONG;
  }
  const used = await useRecoveryCode(services, context, subject.user, code);
  return used ? { ...used, isEnrollment: false } : WRONG;
}

async function judgeSentCode(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  proof: { readonly oobCode: string; readonly code: string },
): Promise<Judgement> {
  const ticket = await takeCode(context, subject, proof);
  if (!ticket) return WRONG;
  const { authenticatorId, purpose } = ticket.payload;
  const usable = await listUsableAuthenticators(context, subject.user);
  const known = usable.find(({ id }) => id === authenticatorId);
  if (purpose === 'challenge') {
    return known
      ? { authenticator: await noteUse(services, context, known), isEnrollment: false }
      : WRONG;
  }
  // A verified address is no row to confirm.
  if (known && known.id === implicitEmail(subject.user)?.id) {
    return { authenticator: known, isEnrollment: true };
  }
  return confirmBegun(services, context, subject, ticket);
}

async function confirmBegun(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  { payload }: Pick<Ticket, 'payload'>,
): Promise<Judgement> {
  const pending = await listPending(services, context, subject);
  const begun = pending.find(({ id }) => id === payload.authenticatorId);
  const type = begun && factorTypeOf(begun.type);
  const isEnabled = type !== undefined && listEnabledTypes(context.tenant).includes(type);
  const confirmed = begun && isEnabled ? await confirmPending(services, context, begun) : undefined;
  return confirmed ? { authenticator: confirmed, isEnrollment: true } : WRONG;
}

async function judgeDevice(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  oobCode: string,
): Promise<Judgement> {
  const state = await takeDeviceAnswer(context, subject, oobCode);
  if (state.kind === 'unknown') return WRONG;
  if (state.kind !== 'accepted') return { kind: state.kind };
  const { authenticatorId, isEnrollment } = state;
  if (isEnrollment) {
    return confirmBegun(services, context, subject, { payload: { authenticatorId } });
  }
  const usable = await listUsableAuthenticators(context, subject.user);
  const known = usable.find(({ id }) => id === authenticatorId);
  return known ? { authenticator: await noteUse(services, context, known), isEnrollment } : WRONG;
}

async function noteUse(
  { clock }: MultifactorOptions,
  { store }: MultifactorContext,
  authenticator: Authenticator,
): Promise<Authenticator> {
  const used = await store.authenticators.update(authenticator.id, { lastUsedAt: clock.now() });
  return used ?? authenticator;
}

async function pass(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  { authenticator, isEnrollment, recoveryCode }: Proven,
): Promise<FactorVerdict> {
  const { user } = subject;
  const type = factorTypeOf(authenticator.type);
  if (type === undefined) throw new Error(`${authenticator.type} is no second factor`);
  const isRecovery = type === 'recovery-code' && !isEnrollment;
  const at = services.clock.now();
  if (isEnrollment) await logFactor(context, 'gd_enrollment_complete', { at, user, authenticator });
  const succeeded = isRecovery ? 'gd_recovery_succeed' : 'gd_auth_succeed';
  await logFactor(context, succeeded, { at, user, authenticator });
  const shown =
    recoveryCode ??
    (isEnrollment && type !== 'recovery-code'
      ? await completeRecoveryCode(services, context, subject)
      : undefined);
  return {
    kind: 'passed',
    type,
    authenticatorId: authenticator.id,
    isEnrollment,
    ...(shown === undefined ? {} : { recoveryCode: shown }),
  };
}

/** Waiting for a device is no failure. WebAuthn has written an entry of its own. */
async function logRefusal(
  { clock }: MultifactorOptions,
  context: MultifactorContext,
  { user }: MultifactorSubject,
  { proof, kind }: { readonly proof: FactorProof; readonly kind: 'wrong' | 'pending' | 'rejected' },
): Promise<void> {
  if (kind === 'pending') return;
  const failed = proof.kind === 'recovery-code' ? 'gd_recovery_failed' : 'gd_auth_failed';
  const type = kind === 'rejected' ? 'gd_auth_rejected' : failed;
  await logFactor(context, type, { at: clock.now(), user });
}
