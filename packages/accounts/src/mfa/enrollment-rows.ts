import {
  AppError,
  type Authenticator,
  type AuthenticatorType,
  type JsonObject,
  type MultifactorContext,
  type MultifactorSubject,
  type NewAuthenticator,
} from '@tessera/model';
import { z } from 'zod';
import { createAuthenticatorId } from './factor-types.ts';
import { MULTIFACTOR_LIMITS } from './multifactor-limits.ts';
import { hashSecret, type MultifactorOptions } from './multifactor-services.ts';

/*
 * A factor that is being set up is an authenticator that is not confirmed. Its secret names the binding it
 * belongs to, so that nobody can finish in one flow what was begun in another, and when it ends.
 */

const pendingSchema = z.strictObject({ binding: z.string(), until: z.number() });

function readPending({ isConfirmed, secret }: Authenticator) {
  return isConfirmed ? undefined : pendingSchema.safeParse(secret.pending).data;
}

/** Unconfirmed authenticators of this subject that still live, newest first. */
export async function listPending(
  { clock }: MultifactorOptions,
  context: MultifactorContext,
  { user, binding }: MultifactorSubject,
): Promise<readonly Authenticator[]> {
  const hash = hashSecret(binding);
  const now = clock.now().getTime();
  const all = await context.store.authenticators.listForUser(user.userId);
  return all
    .filter((authenticator) => {
      const pending = readPending(authenticator);
      return pending !== undefined && pending.binding === hash && pending.until > now;
    })
    .toReversed();
}

/** The fields of an unconfirmed authenticator that its kind of factor decides. */
type PendingFields = Partial<
  Pick<NewAuthenticator, 'name' | 'phoneNumber' | 'preferredMethod' | 'email'>
> & { readonly secret: JsonObject };

/**
 * Creates an unconfirmed authenticator. Ends the subject's earlier ones of the type, and what has expired.
 * Rejects with `limit_reached` beyond `authenticatorsPerUser`.
 */
export async function createPending(
  { clock, randomBytes }: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  pending: { readonly type: AuthenticatorType; readonly fields: PendingFields },
): Promise<Authenticator> {
  const { authenticators } = context.store;
  const { user } = subject;
  const binding = hashSecret(subject.binding);
  const now = clock.now().getTime();
  const all = await authenticators.listForUser(user.userId);
  const ended = all.filter((authenticator) => {
    const old = readPending(authenticator);
    const isReplaced = old?.binding === binding && authenticator.type === pending.type;
    return old !== undefined && (isReplaced || old.until <= now);
  });
  for (const { id } of ended) await authenticators.delete(id);
  if (all.length - ended.length >= MULTIFACTOR_LIMITS.authenticatorsPerUser) {
    throw new AppError(
      'limit_reached',
      `A user can have at most ${MULTIFACTOR_LIMITS.authenticatorsPerUser} second factors; remove one first.`,
    );
  }
  const until = now + MULTIFACTOR_LIMITS.enrollmentSeconds * 1000;
  const { secret, ...fields } = pending.fields;
  return authenticators.create({
    ...fields,
    id: createAuthenticatorId(pending.type, randomBytes),
    userId: user.userId,
    type: pending.type,
    isConfirmed: false,
    secret: { ...secret, pending: { binding, until } },
  });
}

/** Confirms it, once: undefined when somebody else did or it changed. `change` is laid over its secret. */
export async function confirmPending(
  { clock }: MultifactorOptions,
  context: MultifactorContext,
  authenticator: Authenticator,
  change: JsonObject = {},
): Promise<Authenticator | undefined> {
  const { pending: _, ...secret } = authenticator.secret;
  return context.store.authenticators.update(
    authenticator.id,
    { isConfirmed: true, lastUsedAt: clock.now(), secret: { ...secret, ...change } },
    authenticator.secret,
  );
}
