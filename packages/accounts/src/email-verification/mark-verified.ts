import {
  AppError,
  type Connection,
  type SqlTransaction,
  type TenantStore,
  type User,
} from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { buildLogEntry } from '../account-log.ts';

/** Where a person is reached, and has to show that it is them. */
export type VerificationChannel = 'email' | 'phone';

/** The address of a channel. */
export const addressOf = (user: User, channel: VerificationChannel): string | undefined =>
  channel === 'email' ? user.email : user.phoneNumber;

export const isVerified = (user: User, channel: VerificationChannel): boolean =>
  channel === 'email' ? user.emailVerified : user.phoneVerified === true;

interface Verified {
  readonly channel: VerificationChannel;
  readonly user: User;
  readonly connection: Connection | undefined;
  readonly tx: TenantStore & { readonly sql: SqlTransaction };
}

const DESCRIPTIONS = {
  email: 'Your email was verified. You can continue using the application.',
  phone: 'The phone number was verified.',
} as const;

/** Marks an address as verified, tells the log, and welcomes whose e-mail address it is. Writes `sv`. */
export async function markVerified(
  services: AccountsOptions,
  context: AccountContext,
  { channel, user, connection, tx }: Verified,
): Promise<User> {
  const patch = channel === 'email' ? { emailVerified: true } : { phoneVerified: true };
  const verified = await tx.users.update(user.userId, patch);
  if (verified === undefined) throw new AppError('not_found', 'The user does not exist.');
  const userName = addressOf(user, channel);
  // Changed since it was looked at: the link or code was sent to another address than the user's.
  if (addressOf(verified, channel) !== userName) {
    throw new AppError('transaction_invalid', 'The address was changed meanwhile.');
  }
  await tx.logs.append(
    buildLogEntry(context, {
      type: 'sv',
      at: services.clock.now(),
      description: DESCRIPTIONS[channel],
      userId: user.userId,
      ...(userName === undefined ? {} : { userName }),
      ...(connection ? { connection } : {}),
    }),
  );
  if (channel === 'email' && !user.emailVerified) {
    await welcome(services, context, { user: verified, connection, tx });
  }
  return verified;
}

/** Sends the welcome mail, where the tenant has switched it on. */
export async function welcome(
  { messages }: AccountsOptions,
  context: AccountContext,
  person: Omit<Verified, 'channel'>,
): Promise<void> {
  const { user, connection, tx } = person;
  const template = await tx.emailTemplates.find('welcome_email');
  if (template?.isEnabled !== true || user.email === undefined) return;
  await messages.sendEmail(
    { ...context, store: tx, ...(connection ? { connection } : {}) },
    { template: 'welcome_email', to: user.email, user, variables: {} },
    { transaction: tx.sql },
  );
}
