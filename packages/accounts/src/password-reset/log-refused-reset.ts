import type { Connection, User } from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { buildLogEntry } from '../account-log.ts';

/** Writes `fcp` for a reset that ended without a new password; the reason is in it alone. */
export async function logRefusedReset(
  { clock }: AccountsOptions,
  context: AccountContext,
  refused: {
    readonly user: User;
    readonly connection: Connection;
    readonly reason: string;
    /** Of the Actions that refused it. */
    readonly executions?: readonly string[];
  },
): Promise<void> {
  const { user, connection, reason, executions } = refused;
  const userName = user.email ?? user.username ?? user.phoneNumber;
  await context.store.logs.append(
    buildLogEntry(context, {
      type: 'fcp',
      at: clock.now(),
      description: reason,
      connection,
      userId: user.userId,
      ...(userName === undefined ? {} : { userName }),
      ...(executions === undefined ? {} : { executions }),
    }),
  );
}
