import {
  type Authenticator,
  createAlphanumericId,
  inSeconds,
  isSameSecret,
  type MultifactorContext,
  type MultifactorSubject,
  type RandomBytes,
  type TenantStore,
  type User,
} from '@tessera/model';
import { confirmPending, createPending, listPending } from './enrollment-rows.ts';
import { createAuthenticatorId, listEnabledTypes } from './factor-types.ts';
import { inTransaction } from './in-transaction.ts';
import { MULTIFACTOR_LIMITS } from './multifactor-limits.ts';
import { hashSecret, type MultifactorOptions } from './multifactor-services.ts';

/** Capital letters and digits, as recorded codes have them. */
function createRecoveryCode(randomBytes: RandomBytes): string {
  let code = '';
  while (code.length < MULTIFACTOR_LIMITS.recoveryCodeLength) {
    // Small letters are left out instead of raised: that would make capitals twice as likely.
    code += createAlphanumericId(randomBytes, 64).replaceAll(/[a-z]/g, '');
  }
  return code.slice(0, MULTIFACTOR_LIMITS.recoveryCodeLength);
}

/** People copy codes with spaces and dashes, and in small letters. */
const normalize = (code: string) => code.replaceAll(/[\s-]/g, '').toUpperCase();

const isOf = (authenticator: Authenticator) => authenticator.type === 'recovery-code';

/** See `Multifactor.regenerateRecoveryCode`. */
export async function regenerateRecoveryCode(
  services: MultifactorOptions,
  context: MultifactorContext,
  user: User,
): Promise<string> {
  const { randomBytes } = services;
  const code = createRecoveryCode(randomBytes);
  await inTransaction(context, async ({ store }) => {
    await queueUp(services, store, user);
    await removeOthers(store, user);
    await store.authenticators.create({
      id: createAuthenticatorId('recovery-code', randomBytes),
      userId: user.userId,
      type: 'recovery-code',
      isConfirmed: true,
      secret: { hash: hashSecret(code) },
    });
  });
  return code;
}

/** Longest time that a transaction holds the others up, s; any, as long as the row is there meanwhile. */
const QUEUE_SECONDS = 60;

/**
 * Makes transactions that give one user a recovery code wait for each other: each sees what the one before
 * has left, so that one code stays. By a row, which the first to write it locks until its end.
 */
function queueUp(
  { clock }: Pick<MultifactorOptions, 'clock'>,
  { tickets }: TenantStore,
  { userId }: Pick<User, 'userId'>,
): Promise<void> {
  const key = `recovery code of ${userId}`;
  const expiresAt = inSeconds(clock, QUEUE_SECONDS);
  return tickets.save({ kind: 'mfa-code', key, userId, payload: {}, expiresAt });
}

/** Ends all codes of the user but `kept`. */
async function removeOthers(
  { authenticators }: TenantStore,
  { userId }: Pick<User, 'userId'>,
  kept?: string,
): Promise<void> {
  for (const old of await authenticators.listForUser(userId)) {
    if (isOf(old) && old.id !== kept) await authenticators.delete(old.id);
  }
}

/** A code that counts once it is confirmed; the same for as long as the binding's enrollment lives. */
export async function beginRecoveryCode(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
): Promise<{ readonly authenticatorId: string; readonly recoveryCode: string }> {
  const [begun] = (await listPending(services, context, subject)).filter(isOf);
  if (begun && typeof begun.secret.code === 'string') {
    return { authenticatorId: begun.id, recoveryCode: begun.secret.code };
  }
  const recoveryCode = createRecoveryCode(services.randomBytes);
  const fields = { secret: { code: recoveryCode } };
  const { id } = await createPending(services, context, subject, { type: 'recovery-code', fields });
  return { authenticatorId: id, recoveryCode };
}

/** Confirms a begun code: what it is drops out of the store, its hash stays. Earlier codes end with it, or not. */
export async function confirmRecoveryCode(
  services: MultifactorOptions,
  context: MultifactorContext,
  begun: Authenticator,
): Promise<Authenticator | undefined> {
  const { code } = begun.secret;
  if (typeof code !== 'string') return undefined;
  return inTransaction(context, async (tx) => {
    await queueUp(services, tx.store, begun);
    const change = { hash: hashSecret(code), code: null };
    const confirmed = await confirmPending(services, tx, begun, change);
    if (confirmed) await removeOthers(tx.store, begun, begun.id);
    return confirmed;
  });
}

/** The unconfirmed code of the subject that was typed. */
export async function findBegunCode(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  typed: string,
): Promise<Authenticator | undefined> {
  const begun = (await listPending(services, context, subject)).filter(isOf);
  return begun.find(
    ({ secret }) => typeof secret.code === 'string' && isSameSecret(normalize(typed), secret.code),
  );
}

/**
 * Uses the code up: exactly one of any number of concurrent callers succeeds, and gets the code that takes
 * its place.
 */
export async function useRecoveryCode(
  { clock, randomBytes }: MultifactorOptions,
  context: MultifactorContext,
  user: User,
  typed: string,
): Promise<{ readonly authenticator: Authenticator; readonly recoveryCode: string } | undefined> {
  const all = await context.store.authenticators.listForUser(user.userId);
  const hash = hashSecret(normalize(typed));
  const current = all.find(
    (candidate) =>
      isOf(candidate) &&
      candidate.isConfirmed &&
      typeof candidate.secret.hash === 'string' &&
      isSameSecret(hash, candidate.secret.hash),
  );
  if (!current) return undefined;
  const recoveryCode = createRecoveryCode(randomBytes);
  const patch = { secret: { hash: hashSecret(recoveryCode) }, lastUsedAt: clock.now() };
  const authenticator = await context.store.authenticators.update(
    current.id,
    patch,
    current.secret,
  );
  return authenticator && { authenticator, recoveryCode };
}

/**
 * The recovery code that goes with a first factor: confirms the one that was begun with it (whoever began
 * it has shown it), or makes one to be shown. Undefined where one exists or the factor is not enabled.
 */
export async function completeRecoveryCode(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
): Promise<string | undefined> {
  if (!(await needsRecoveryCode(context, subject.user))) return undefined;
  return inTransaction(context, async (tx) => {
    await queueUp(services, tx.store, subject.user);
    // Two first factors at once: the code that came with one of them has been shown.
    if (!(await needsRecoveryCode(tx, subject.user))) return undefined;
    const [begun] = (await listPending(services, tx, subject)).filter(isOf);
    if (begun && (await confirmRecoveryCode(services, tx, begun))) return undefined;
    return regenerateRecoveryCode(services, tx, subject.user);
  });
}

export async function needsRecoveryCode(
  { tenant, store }: MultifactorContext,
  user: User,
): Promise<boolean> {
  if (!listEnabledTypes(tenant).includes('recovery-code')) return false;
  const all = await store.authenticators.listForUser(user.userId);
  return !all.some((candidate) => isOf(candidate) && candidate.isConfirmed);
}
