import { buildPostChangePasswordEvent } from '@tessera/engine';
import {
  type Connection,
  createExecutionId,
  type SqlTransaction,
  type TenantStore,
  type User,
  type UserPatch,
} from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { buildLogEntry } from '../account-log.ts';
import { refuseBreachedPassword } from '../attack-protection/refuse-breached-password.ts';
import { parseDatabaseOptions } from '../database-options.ts';
import type { PasswordHasher } from '../password-hasher.ts';
import { checkPassword } from '../sign-up.ts';
import { readHistorySize, refuseReusedPassword } from './password-history.ts';

type Services = AccountsOptions & { readonly hasher: PasswordHasher };

/**
 * Checks a new password against the policy, the person's former ones and known breaches, and hashes it.
 * Rejects with `WeakPasswordError` or `LeakedPasswordError`.
 */
export async function preparePassword(
  services: Services,
  context: AccountContext,
  change: {
    readonly user: User;
    readonly account: User;
    readonly connection: Connection;
    readonly password: string;
  },
): Promise<UserPatch> {
  const { account, connection, password } = change;
  await checkPassword(parseDatabaseOptions(connection), password, account);
  await refuseReusedPassword(services.hasher, context.store, change);
  await refuseBreachedPassword(services, context, { ...change, stage: 'pre-change-password' });
  return {
    passwordHash: await services.hasher.hash(password),
    lastPasswordReset: services.clock.now(),
  };
}

/** The id under which post-change-password will run; undefined when no action is bound to it. */
export async function promiseExecution(
  { pipeline, randomBytes, clock }: Services,
  { store }: AccountContext,
): Promise<string | undefined> {
  const hasActions = await pipeline.hasActions(store, 'post-change-password');
  return hasActions ? createExecutionId(randomBytes, clock.now()) : undefined;
}

/** Where a password changes: everything below happens with it or not at all. */
export interface PasswordChangeScope {
  readonly services: Services;
  readonly context: AccountContext;
  readonly tx: TenantStore & { readonly sql: SqlTransaction };
}

/**
 * Before the new hash is written: remembers the old one. The row of the account must be locked by a write of
 * the same transaction, so that the hash that is read is the one that is replaced.
 */
export async function rememberPassword(
  { tx }: PasswordChangeScope,
  { account, connection }: { readonly account: User; readonly connection: Connection },
): Promise<void> {
  const size = readHistorySize(connection);
  if (size < 2) return;
  const { userId } = account;
  const former = await tx.users.findPasswordHash(userId);
  if (former !== undefined) await tx.passwordHistory.add(userId, former, size - 1);
}

/**
 * After the new hash is written: whoever knew the old password is logged out everywhere, links to another
 * new password are void, post-change-password is promised, and the tenant log knows.
 */
export async function concludePasswordChange(
  { services, context, tx }: PasswordChangeScope,
  changed: {
    readonly user: User;
    /** Whose hash it is: the user, or an account that is linked to it. */
    readonly account: User;
    readonly connection: Connection;
    readonly executionId: string | undefined;
    /** Executions that led here. */
    readonly executions?: readonly string[];
  },
): Promise<void> {
  const { user, account, connection, executionId, executions = [] } = changed;
  const { tenant, request } = context;
  await tx.oidcModels.revokeByAccountId(user.userId);
  await tx.tickets.revoke(account.userId, 'password-reset');
  // Logins with the old password that wait: for a second factor, or before a page that offers a passkey.
  await tx.tickets.revoke(user.userId, 'mfa-token');
  await tx.tickets.revoke(user.userId, 'webauthn-challenge');
  await tx.loginBlocks.deleteForUser(account.userId);
  if (executionId !== undefined) {
    const event = buildPostChangePasswordEvent({ tenant, connection, user, request });
    const triggerId = 'post-change-password';
    await services.jobs.enqueue(
      { kind: 'run-trigger', tenantId: tenant.id, triggerId, executionId, event },
      { transaction: tx.sql },
    );
  }
  const userName = user.email ?? user.username ?? user.phoneNumber;
  await tx.logs.append(
    buildLogEntry(context, {
      type: 'scp',
      at: services.clock.now(),
      description: 'Successful change of password',
      connection,
      userId: user.userId,
      ...(userName === undefined ? {} : { userName }),
      executions: executionId === undefined ? executions : [...executions, executionId],
      details: { body: { tenant: context.tenant.name, connection: connection.name } },
    }),
  );
}
