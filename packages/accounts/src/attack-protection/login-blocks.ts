import { createAlphanumericId, inSeconds, type TenantStore, type User } from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { buildLogEntry } from '../account-log.ts';
import type { LoginAttempt, LoginLimits, PassedLimit } from '../login-limits.ts';
import { readAttackProtection } from './settings.ts';

/** Letters of the secret in an unblock link, 238 bits; as long as the block, then it is of no use. */
const SECRET_LENGTH = 40;

/**
 * Notes that a limit on an account was passed: for those who ask who is blocked, and for the person, who
 * gets a mail with a link that lifts it. Nothing happens for accounts that do not exist.
 */
export async function noteLoginBlock(
  { clock, randomBytes, messages }: AccountsOptions,
  context: AccountContext,
  { attempt, passed }: { readonly attempt: LoginAttempt; readonly passed: PassedLimit },
): Promise<void> {
  const { user, identifier, connection } = attempt;
  if (user === undefined || passed.type !== 'limit_wc') return;
  const { shields } = readAttackProtection(context.tenant, 'bruteForceProtection');
  const expiresAt = inSeconds(clock, passed.retryAfterSeconds);
  const { store, baseUrl } = context;
  if (shields.includes('block')) {
    await store.loginBlocks.save({
      ...{ userId: user.userId, identifier, connection: connection.name, expiresAt },
      ...(passed.ip === undefined ? {} : { ip: passed.ip }),
    });
  }
  if (!shields.includes('user_notification') || user.email === undefined) return;
  const { email, userId } = user;
  await store.transaction(async (tx) => {
    const key = createAlphanumericId(randomBytes, SECRET_LENGTH);
    await tx.tickets.save({ kind: 'unblock-account', key, userId, payload: {}, expiresAt });
    const url = `${baseUrl}u/unblock-account?ticket=${key}#`;
    await messages.sendEmail(
      { ...context, store: tx, connection },
      { template: 'blocked_account', to: email, user, variables: { url } },
      { transaction: tx.sql },
    );
  });
}

/** Blocks of logins, for administrators and for the people who are blocked. */
export interface LoginBlocks {
  /** Who may not log in from where. Empty while the tenant does not block. */
  list(
    context: AccountContext,
    user: User,
  ): Promise<
    readonly { readonly identifier: string; readonly connection: string; readonly ip?: string }[]
  >;
  /** Lifts all blocks of the user. Writes `ublkdu`. */
  lift(context: AccountContext, user: User): Promise<void>;
  /** True when a link is good for lifting a block. */
  isGood(context: AccountContext, ticket: string): Promise<boolean>;
  /** Lifts the blocks of whom the link was sent to. False when it is unknown, used or expired. */
  liftWithTicket(context: AccountContext, ticket: string): Promise<boolean>;
  isAddressBlocked(context: AccountContext, ip: string): Promise<boolean>;
  unblockAddress(context: AccountContext, ip: string): Promise<void>;
}

export function createLoginBlocks(
  services: AccountsOptions & { readonly loginLimits: LoginLimits },
): LoginBlocks {
  const { loginLimits } = services;
  const lift = async (context: AccountContext, user: User): Promise<void> => {
    const blocks = await context.store.loginBlocks.listForUser(user.userId);
    const ips = blocks.flatMap(({ ip }) => (ip === undefined ? [] : [ip]));
    await loginLimits.forgiveUser(context.tenant, user, ips);
    await context.store.loginBlocks.deleteForUser(user.userId);
    await context.store.tickets.revoke(user.userId, 'unblock-account');
    if (blocks.length > 0) await logUnblocked(services, context, user);
  };
  return {
    list: async ({ store, tenant }, user) => {
      const { enabled, shields } = readAttackProtection(tenant, 'bruteForceProtection');
      if (!enabled || !shields.includes('block')) return [];
      const blocks = await store.loginBlocks.listForUser(user.userId);
      return blocks.map(({ identifier, connection, ip }) => ({
        identifier,
        ...(ip === undefined ? {} : { ip }),
        connection,
      }));
    },
    lift,
    isGood: async ({ store }, ticket) => (await findUser(store, ticket)) !== undefined,
    async liftWithTicket(context, ticket) {
      const taken = await context.store.tickets.consume('unblock-account', ticket);
      const user = taken?.userId && (await context.store.users.find(taken.userId));
      if (!user) return false;
      await lift(context, user);
      return true;
    },
    isAddressBlocked: ({ tenant }, ip) => loginLimits.isAddressBlocked(tenant, ip),
    unblockAddress: ({ tenant }, ip) => loginLimits.forgiveAddress(tenant, ip),
  };
}

async function findUser(store: TenantStore, ticket: string): Promise<User | undefined> {
  const found = await store.tickets.find('unblock-account', ticket);
  return found?.userId === undefined ? undefined : store.users.find(found.userId);
}

async function logUnblocked(
  { clock }: AccountsOptions,
  context: AccountContext,
  user: User,
): Promise<void> {
  const userName = user.email ?? user.username ?? user.phoneNumber;
  await context.store.logs.append(
    buildLogEntry(context, {
      type: 'ublkdu',
      at: clock.now(),
      description: 'The block of logins was lifted',
      userId: user.userId,
      ...(userName === undefined ? {} : { userName }),
    }),
  );
}
