import { AppError, type Connection } from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { buildLogEntry } from '../account-log.ts';
import { NO_BREACHED_PASSWORDS } from './breached-passwords.ts';
import { readAttackProtection } from './settings.ts';

/** The password is known from a data breach (`password_leaked`). */
export class LeakedPasswordError extends AppError {
  constructor(message: string) {
    super('password_leaked', message);
    this.name = 'LeakedPasswordError';
  }
}

const NEW_PASSWORD_LEAKED =
  'This password is known from a data breach of another site. Please choose another one.';

/** Where a new password is chosen, and the entry that tells of a leaked one. */
const STAGES = {
  'pre-user-registration': { type: 'signup_pwd_leak', flow: 'signup' },
  'pre-change-password': { type: 'reset_pwd_leak', flow: 'reset' },
} as const;

/**
 * Looks a new password up among the breached ones, where the tenant wants that. Writes
 * `signup_pwd_leak` or `reset_pwd_leak`; rejects with `LeakedPasswordError` where the shield `block` is on.
 */
export async function refuseBreachedPassword(
  { breachedPasswords = NO_BREACHED_PASSWORDS, clock }: AccountsOptions,
  context: AccountContext,
  chosen: {
    readonly stage: keyof typeof STAGES;
    readonly connection: Connection;
    readonly password: string;
    readonly user?: { readonly userId?: string; readonly email?: string };
  },
): Promise<void> {
  const settings = readAttackProtection(context.tenant, 'breachedPasswordDetection');
  const { shields } = settings.stage[chosen.stage];
  if (!settings.enabled || shields.length === 0) return;
  if (!(await breachedPasswords.has(chosen.password))) return;
  const { userId, email } = chosen.user ?? {};
  const { type, flow } = STAGES[chosen.stage];
  const isBlocked = shields.includes('block');
  await context.store.logs.append(
    buildLogEntry(context, {
      type,
      at: clock.now(),
      description: `Someone behind the IP address ${context.request.ip} chose a leaked password`,
      connection: chosen.connection,
      ...(userId === undefined ? {} : { userId }),
      ...(email === undefined ? {} : { userName: email }),
      details: { flow, blocked: isBlocked },
    }),
  );
  if (isBlocked) throw new LeakedPasswordError(NEW_PASSWORD_LEAKED);
}
