import {
  AppError,
  type Connection,
  type JsonObject,
  type User,
  type UserPatch,
} from '@tessera/model';
import type { AccountContext, AccountsOptions } from './account-context.ts';
import { AccountInputError, type FieldProblem } from './account-errors.ts';
import { checkMetadata, checkPasswordForm, parseProfile } from './account-input.ts';
import { createEmailVerifications } from './email-verification/create-email-verifications.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { readAccountOptions } from './passwordless/passwordless-options.ts';
import { findCredentialsIn } from './passwords/credentials.ts';
import {
  concludePasswordChange,
  preparePassword,
  promiseExecution,
  rememberPassword,
} from './passwords/password-change.ts';
import { refusePasswordWithoutDatabase } from './sign-up.ts';

type Services = AccountsOptions & { readonly hasher: PasswordHasher };

/** A change of a user by the management API. Absent members stay; `null` removes. */
export interface UpdateUserInput {
  readonly email?: string | null;
  readonly emailVerified?: boolean;
  readonly username?: string | null;
  readonly phoneNumber?: string | null;
  readonly phoneVerified?: boolean;
  readonly name?: string | null;
  readonly givenName?: string | null;
  readonly familyName?: string | null;
  readonly nickname?: string | null;
  readonly picture?: string | null;
  readonly blocked?: boolean;
  /** Sends a link that verifies the address, new or not. */
  readonly verifyEmail?: boolean;
  readonly password?: string;
  /** Merged on the first level; a member that is `null` is removed. */
  readonly userMetadata?: JsonObject;
  readonly appMetadata?: JsonObject;
}

/** Pairs that one request may not change at once, as the hosted service has it. */
const EXCLUSIVE: readonly (readonly [keyof UpdateUserInput, keyof UpdateUserInput, string])[] = [
  ['password', 'email', 'password and email'],
  ['password', 'emailVerified', 'password and email_verified'],
  ['username', 'email', 'username and email'],
  ['username', 'emailVerified', 'username and email_verified'],
  ['username', 'password', 'username and password'],
];

/** See `Accounts.updateUser`. */
export async function updateUser(
  services: Services,
  context: AccountContext,
  change: { readonly userId: string; readonly input: UpdateUserInput },
): Promise<User> {
  const { userId, input } = change;
  const clash = EXCLUSIVE.find(([a, b]) => input[a] !== undefined && input[b] !== undefined);
  if (clash) throw new AppError('invalid_body', `Cannot update ${clash[2]} simultaneously.`);
  const { user, account, connection } = await getUser(context, userId);
  if (input.password !== undefined) refusePasswordWithoutDatabase(connection);
  const options = readAccountOptions(connection);
  const problems: FieldProblem[] = [];
  const profile = parseProfile(input, options, problems);
  checkMetadata('userMetadata', input.userMetadata, problems);
  checkMetadata('appMetadata', input.appMetadata, problems);
  if (input.password !== undefined) checkPasswordForm(input.password, true, problems);
  refuseLastIdentifier(user, profile, problems);
  if (problems.length > 0) throw new AccountInputError(problems);

  const { emailVerified, phoneVerified, blocked } = input;
  const isNewEmail = profile.email !== undefined && profile.email !== (user.email ?? null);
  const isNewPhone =
    profile.phoneNumber !== undefined && profile.phoneNumber !== (user.phoneNumber ?? null);
  const patch: UserPatch = {
    ...profile,
    // A new address has proved nothing yet.
    ...(isNewEmail ? { emailVerified: false } : {}),
    ...(isNewPhone ? { phoneVerified: false } : {}),
    ...(emailVerified === undefined ? {} : { emailVerified }),
    ...(phoneVerified === undefined ? {} : { phoneVerified }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(input.password === undefined
      ? {}
      : await preparePassword(services, context, {
          ...{ user, account, connection },
          password: input.password,
        })),
  };
  return saveChange(services, context, { user, account, connection, input, patch });
}

/** See `Accounts.changePassword`. */
export async function changePassword(
  services: Services,
  context: AccountContext,
  change: { readonly userId: string; readonly password: string },
): Promise<User> {
  return updateUser(services, context, {
    userId: change.userId,
    input: { password: change.password },
  });
}

/** The user, and the connection whose rules hold: the database, where they are in one. */
async function getUser(
  { store }: AccountContext,
  userId: string,
): Promise<{ user: User; account: User; connection: Connection }> {
  const user = await store.users.find(userId);
  if (!user) throw new AppError('not_found', 'The user does not exist.');
  const { identities } = user;
  const identity = identities.find(({ provider }) => provider === 'auth0') ?? identities[0];
  const connection = identity && (await store.connections.findByName(identity.connection));
  if (!connection) throw new AppError('invalid_body', 'Connection does not exist.');
  // A password is that of the identity in the database, which may be a linked one.
  const credentials = await findCredentialsIn(store, userId, connection);
  return { user, account: credentials?.account ?? user, connection };
}

/** Without any identifier nobody could ever log in to the account again. */
function refuseLastIdentifier(
  user: User,
  profile: Pick<UpdateUserInput, 'email' | 'username' | 'phoneNumber'>,
  problems: FieldProblem[],
): void {
  const after = {
    email: user.email,
    username: user.username,
    phoneNumber: user.phoneNumber,
    ...profile,
  };
  if (!(after.email ?? after.username ?? after.phoneNumber)) {
    problems.push({
      field: 'email',
      message: 'A user needs an email, a username or a phone number.',
    });
  }
}

interface UserChange {
  readonly user: User;
  readonly account: User;
  readonly connection: Connection;
  readonly input: UpdateUserInput;
  readonly patch: UserPatch;
}

async function saveChange(
  services: Services,
  context: AccountContext,
  { user, account, connection, input, patch }: UserChange,
): Promise<User> {
  const { userMetadata, appMetadata } = input;
  const isNewPassword = input.password !== undefined;
  const executionId = isNewPassword ? await promiseExecution(services, context) : undefined;
  return context.store.transaction(async (tx) => {
    const { passwordHash, lastPasswordReset = null, ...rest } = patch;
    let updated = await tx.users.update(user.userId, rest);
    if (updated && passwordHash !== undefined) {
      // The first write locks the row; then the former hash is read, and only then the new one written.
      await tx.users.update(account.userId, { lastPasswordReset });
      await rememberPassword({ services, context, tx }, { account, connection });
      const changed = await tx.users.update(account.userId, { passwordHash });
      if (account.userId === user.userId) updated = changed;
    }
    if (updated && (userMetadata ?? appMetadata)) {
      updated = await tx.users.mergeMetadata(user.userId, {
        ...(userMetadata ? { userMetadata } : {}),
        ...(appMetadata ? { appMetadata } : {}),
      });
    }
    if (!updated) throw new AppError('not_found', 'The user does not exist.');
    if (input.blocked === true) await tx.oidcModels.revokeByAccountId(user.userId);
    if (isNewPassword) {
      const changed = { user: updated, account, connection, executionId };
      await concludePasswordChange({ services, context, tx }, changed);
    }
    if (input.verifyEmail === true && updated.email !== undefined && !updated.emailVerified) {
      await createEmailVerifications(services).send(context, { user: updated, connection }, tx);
    }
    return updated;
  });
}
