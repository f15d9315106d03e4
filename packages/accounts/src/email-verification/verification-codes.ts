import { createHash } from 'node:crypto';
import {
  AppError,
  type Connection,
  createCode,
  inSeconds,
  isSameSecret,
  type MessageContext,
  type User,
} from '@tessera/model';
import { z } from 'zod';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { TooManyAttemptsError } from '../account-errors.ts';
import { addressOf, markVerified, type VerificationChannel } from './mark-verified.ts';
import { VERIFICATION_LIMITS } from './verification-limits.ts';

/** A code that is wanted. */
export interface NewVerificationCode {
  readonly key: string;
  /** Default: `email`. */
  readonly channel?: VerificationChannel;
  readonly user: User;
  readonly connection?: Connection | undefined;
  /** Languages of the person, best first. */
  readonly languages?: readonly string[];
}

const codeSchema = z.object({
  codeHash: z.string(),
  channel: z.enum(['email', 'phone']),
  /** The address that it verifies; of a user who has another one by now it verifies nothing. */
  address: z.string(),
  connectionId: z.string().optional(),
});

const codeKeyOf = (key: string): string => `code ${key}`;
const hashCode = (key: string, code: string): string =>
  createHash('sha256')
    .update(JSON.stringify(['verify', key, code]))
    .digest('base64url');

const TOO_MANY = 'Too many codes were sent to verify this address. Please try again later.';

/** See `EmailVerifications.sendCode`. */
export async function sendCode(
  services: AccountsOptions,
  context: AccountContext,
  wanted: NewVerificationCode,
): Promise<void> {
  const { user, connection, key, channel = 'email' } = wanted;
  const { randomBytes, clock } = services;
  const address = addressOf(user, channel);
  if (address === undefined) throw new AppError('invalid_body', `The user has no ${channel}.`);
  // A new code brings new guesses: so many of an hour, whatever the page.
  const { count, resetsInMs } = await services.rateLimits.consume(
    `verify-code:${context.tenant.id}:${user.userId}:${channel}`,
    VERIFICATION_LIMITS.codeWindowSeconds,
  );
  if (count > VERIFICATION_LIMITS.codesPerUser) {
    throw new TooManyAttemptsError(TOO_MANY, resetsInMs / 1000);
  }
  const code = createCode(randomBytes, VERIFICATION_LIMITS.codeLength);
  const codeHash = hashCode(key, code);
  const connectionId = connection === undefined ? {} : { connectionId: connection.id };
  await context.store.transaction(async (tx) => {
    await tx.tickets.save({
      ...{ kind: 'email-verification', key: codeKeyOf(key), userId: user.userId },
      payload: { codeHash, channel, address, ...connectionId },
      expiresAt: inSeconds(clock, VERIFICATION_LIMITS.codeSeconds),
    });
    const languages = wanted.languages === undefined ? {} : { languages: wanted.languages };
    const place = { ...context, store: tx, ...(connection ? { connection } : {}), ...languages };
    await sendTo(services, place, { channel, to: address, user, code }, { transaction: tx.sql });
  });
}

async function sendTo(
  { messages }: AccountsOptions,
  context: MessageContext,
  sent: {
    readonly channel: VerificationChannel;
    readonly to: string;
    readonly user: User;
    readonly code: string;
  },
  options: Parameters<AccountsOptions['messages']['sendEmail']>[2],
): Promise<void> {
  const { channel, to, user, code } = sent;
  if (channel === 'email') {
    const email = { template: 'verify_email_by_code', to, user, variables: { code } } as const;
    return messages.sendEmail(context, email, options);
  }
  const message = { to, user, via: 'sms', purpose: 'otp-verify', code } as const;
  return messages.sendPhoneMessage(context, message, options);
}

/** See `EmailVerifications.confirmCode`. */
export async function confirmCode(
  services: AccountsOptions,
  context: AccountContext,
  guess: { readonly key: string; readonly code: string },
): Promise<boolean> {
  const key = codeKeyOf(guess.key);
  const ticket = await context.store.tickets.attempt('email-verification', key);
  if (ticket === undefined || ticket.attempts > VERIFICATION_LIMITS.codeAttempts) return false;
  const { codeHash, channel, address, connectionId } = codeSchema.parse(ticket.payload);
  // People copy codes with the spaces that mails show them with.
  const typed = hashCode(guess.key, guess.code.replaceAll(/\s/g, ''));
  if (!isSameSecret(typed, codeHash)) return false;
  return context.store.transaction(async (tx) => {
    const taken = await tx.tickets.consume('email-verification', key);
    if (taken === undefined) return false;
    if (codeSchema.parse(taken.payload).codeHash !== codeHash) {
      // A newer code has taken the place of the one that was typed: that one is still good.
      await tx.tickets.save({ ...taken, key });
      return false;
    }
    const user = taken.userId && (await tx.users.find(taken.userId));
    if (!user || addressOf(user, channel) !== address) return false;
    const connection =
      connectionId === undefined ? undefined : await tx.connections.find(connectionId);
    await markVerified(services, { ...context, store: tx }, { channel, user, connection, tx });
    return true;
  });
}
