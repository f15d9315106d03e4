import type { Connection, TenantStore, User } from '@tessera/model';
import { z } from 'zod';
import { WeakPasswordError } from '../account-errors.ts';
import type { PasswordHasher } from '../password-hasher.ts';

/** Passwords of one user that are remembered at most, as the hosted service has it. */
const MAX_REMEMBERED = 24;

const size = z.int().min(0).max(MAX_REMEMBERED).nullish();
const optionsSchema = z.object({
  password_history: z.object({ enable: z.boolean().nullish(), size }).nullish(),
  password_options: z
    .object({ history: z.object({ active: z.boolean().nullish(), size }).nullish() })
    .nullish(),
});

/** The default size of the hosted service. */
const DEFAULT_SIZE = 5;

/** How many passwords of a user, the present one included, may not be chosen again; 0: the connection does not care. */
export function readHistorySize(connection: Connection): number {
  const parsed = optionsSchema.safeParse(connection.options);
  if (!parsed.success) {
    throw new Error(`The password history of connection "${connection.name}" is not valid`, {
      cause: parsed.error,
    });
  }
  const { password_history: older, password_options: modern } = parsed.data;
  if (modern?.history?.active === true) return modern.history.size ?? DEFAULT_SIZE;
  return older?.enable === true ? (older.size ?? DEFAULT_SIZE) : 0;
}

/** The password was used before (`password_too_weak`). */
export class ReusedPasswordError extends WeakPasswordError {
  constructor(remembered: number) {
    const message = 'Not one of your last %d passwords';
    super([{ code: 'notUsedBefore', message, format: [remembered], isMet: false }]);
    this.name = 'ReusedPasswordError';
  }
}

/** Throws `ReusedPasswordError` for the present password or one that is remembered. Costs a verification for each. */
export async function refuseReusedPassword(
  hasher: PasswordHasher,
  store: TenantStore,
  change: {
    readonly account: User;
    readonly connection: Connection;
    readonly password: string;
  },
): Promise<void> {
  const remembered = readHistorySize(change.connection);
  if (remembered === 0) return;
  const { userId } = change.account;
  const current = await store.users.findPasswordHash(userId);
  const former = await store.passwordHistory.list(userId, remembered - 1);
  const hashes = current === undefined ? former : [current, ...former];
  for (const hash of hashes) {
    if (await hasher.verify(hash, change.password)) throw new ReusedPasswordError(remembered);
  }
}
