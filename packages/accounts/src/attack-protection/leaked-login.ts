import { type Connection, inSeconds, type User } from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { buildLogEntry } from '../account-log.ts';
import { RESET_LIMITS } from '../password-reset/reset-limits.ts';
import { createLink } from '../password-reset/reset-tickets.ts';
import { resetUrl } from '../password-reset/send-reset.ts';
import { NO_BREACHED_PASSWORDS } from './breached-passwords.ts';
import { LeakedPasswordError } from './refuse-breached-password.ts';
import { readAttackProtection } from './settings.ts';

const LOGIN_BLOCKED =
  'This login was blocked because the password is known from a data breach of another site. Please choose a new password.';

/**
 * Looks at the password of a login that is right: one that is known from a breach may be anybody's.
 * Writes `pwd_leak`, mails the person where the shield `user_notification` is on, and rejects with
 * `LeakedPasswordError` where `block` is.
 */
export async function refuseLeakedLogin(
  services: AccountsOptions,
  context: AccountContext,
  login: { readonly user: User; readonly connection: Connection; readonly password: string },
): Promise<void> {
  const { breachedPasswords = NO_BREACHED_PASSWORDS, clock } = services;
  const { enabled, shields } = readAttackProtection(context.tenant, 'breachedPasswordDetection');
  if (!enabled || shields.length === 0) return;
  if (!(await breachedPasswords.has(login.password))) return;
  const { user, connection } = login;
  const isBlocked = shields.includes('block');
  const userName = user.email ?? user.username;
  await context.store.logs.append(
    buildLogEntry(context, {
      type: 'pwd_leak',
      at: clock.now(),
      description: `Someone behind the IP address ${context.request.ip} attempted to login with a leaked password`,
      connection,
      userId: user.userId,
      ...(userName === undefined ? {} : { userName }),
      details: { flow: 'login', blocked: isBlocked },
    }),
  );
  if (shields.includes('user_notification')) await notify(services, context, login);
  if (isBlocked) throw new LeakedPasswordError(LOGIN_BLOCKED);
}

/** One mail in that time, however often the password is tried, s. */
const NOTIFICATION_WINDOW_SECONDS = 86_400;

async function notify(
  { rateLimits, randomBytes, clock, messages }: AccountsOptions,
  context: AccountContext,
  { user, connection }: { readonly user: User; readonly connection: Connection },
): Promise<void> {
  const { email, userId } = user;
  if (email === undefined) return;
  const key = `leak-mail:${context.tenant.id}:${userId}`;
  const { count } = await rateLimits.consume(key, NOTIFICATION_WINDOW_SECONDS);
  if (count > 1) return;
  const { clientId } = context.client ?? {};
  const link = {
    connectionId: connection.id,
    ...(clientId === undefined ? {} : { clientId }),
    email,
    method: 'email',
    markEmailAsVerified: true,
  } as const;
  const expiresAt = inSeconds(clock, RESET_LIMITS.linkSeconds);
  await context.store.transaction(async (tx) => {
    const url = resetUrl(
      context.baseUrl,
      await createLink(tx, randomBytes, { userId, link, expiresAt }),
    );
    await messages.sendEmail(
      { ...context, store: tx, connection },
      { template: 'stolen_credentials', to: email, user, variables: { url } },
      { transaction: tx.sql },
    );
  });
}
