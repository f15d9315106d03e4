import { AppError, type Connection, type User } from '@tessera/model';
import type { AccountContext, AccountsOptions } from './account-context.ts';
import { TooManyAttemptsError } from './account-errors.ts';
import { readIdentifier } from './account-input.ts';
import { buildLogEntry } from './account-log.ts';
import { refuseLeakedLogin } from './attack-protection/leaked-login.ts';
import { noteLoginBlock } from './attack-protection/login-blocks.ts';
import { type DatabaseOptions, parseDatabaseOptions } from './database-options.ts';
import { LIMITS } from './limits.ts';
import type { LoginAttempt, LoginLimits, PassedLimit } from './login-limits.ts';
import type { PasswordHasher } from './password-hasher.ts';

/** Everything that a login with a password needs. */
export type LogInServices = AccountsOptions & {
  readonly hasher: PasswordHasher;
  readonly loginLimits: LoginLimits;
};

/** What a person gives to log in. */
export interface LogInInput {
  readonly connection: Connection;
  /** E-mail address, username or phone number, as the connection has them. */
  readonly identifier: string;
  readonly password: string;
}

const WRONG_CREDENTIALS = 'Wrong email or password.';
const TOO_MANY = 'There were too many failed logins. Please wait a while and try again.';

/** No user has this id: asked for in place of an unknown user's hash, to take the same time. */
const NOBODY = 'auth0|000000000000000000000000';

/** See `Accounts.logIn`. */
export async function logIn(
  services: LogInServices,
  context: AccountContext,
  input: LogInInput,
): Promise<User> {
  const { tenant, request, store } = context;
  const options = parseDatabaseOptions(input.connection);
  const refusal = await services.loginLimits.admitAddress(tenant, request.ip, (passed) =>
    logRefusal(services, context, {
      ...{ input, user: undefined },
      type: passed.type,
      description: TOO_MANY,
    }),
  );
  if (refusal) throw tooMany(refusal);

  const attempt: LoginAttempt = {
    tenant,
    ip: request.ip,
    connection: input.connection,
    identifier: input.identifier.trim().slice(0, LIMITS.identifierLength).toLowerCase(),
    user: await findUser(context, input, options),
  };
  const { user } = attempt;
  if (options.hasBruteForceProtection) {
    const blocked = await services.loginLimits.admitAccount(attempt, async (passed) => {
      const { type } = passed;
      await logRefusal(services, context, { input, user, type, description: TOO_MANY });
      await noteLoginBlock(services, context, { attempt, passed });
    });
    if (blocked) throw tooMany(blocked);
  }

  const phc = await store.users.findPasswordHash(user?.userId ?? NOBODY);
  const isPossible = Buffer.byteLength(input.password) <= LIMITS.passwordBytes;
  const isRight = isPossible && (await services.hasher.verify(phc, input.password));
  if (!user || !isRight || phc === undefined) {
    await logRefusal(services, context, { input, user, type: user ? 'fp' : 'fu' });
    throw new AppError('wrong_credentials', WRONG_CREDENTIALS);
  }

  await services.loginLimits.forgive(attempt);
  if (user.blocked) {
    await logRefusal(services, context, { input, user, type: 'f', description: 'user is blocked' });
    throw new AppError('account_blocked', 'This account is blocked.');
  }
  const { connection, password } = input;
  await refuseLeakedLogin(services, context, { user, connection, password });
  return recordLogin(services, context, { user, password, phc });
}

async function findUser(
  { store }: AccountContext,
  { connection, identifier }: LogInInput,
  options: DatabaseOptions,
): Promise<User | undefined> {
  for (const candidate of readIdentifier(identifier, options)) {
    const user = await store.users.findByIdentifier(connection.name, candidate);
    if (user) return user;
  }
  return undefined;
}

function tooMany({ retryAfterSeconds }: PassedLimit): TooManyAttemptsError {
  return new TooManyAttemptsError(TOO_MANY, retryAfterSeconds, 'failed-logins');
}

/** People type their password where the identifier belongs; what nobody is called is not logged. */
async function logRefusal(
  { clock }: LogInServices,
  context: AccountContext,
  facts: {
    readonly input: LogInInput;
    readonly user: User | undefined;
    readonly type: 'fp' | 'fu' | 'f' | 'limit_wc' | 'limit_mu';
    readonly description?: string;
  },
): Promise<void> {
  const { input, user, type, description = WRONG_CREDENTIALS } = facts;
  const userName = user ? (user.email ?? user.username) : describeUnknown(input.identifier);
  await context.store.logs.append(
    buildLogEntry(context, {
      type,
      at: clock.now(),
      description,
      connection: input.connection,
      ...(user ? { userId: user.userId } : {}),
      ...(userName === undefined ? {} : { userName }),
      ...(type === 'fp' || type === 'fu' ? { details: { error: { message: description } } } : {}),
    }),
  );
}

function describeUnknown(identifier: string): string | undefined {
  return /^[^\s@]+@[^\s@]+$/.test(identifier.trim()) ? identifier.trim() : undefined;
}

/**
 * Counts the login and renews a hash of another cost. `recordLogin` locks the user's row, so the
 * hash that is read after it is the one in force: a password changed meanwhile is never overwritten.
 */
async function recordLogin(
  { clock, hasher }: LogInServices,
  { store, request }: AccountContext,
  login: { readonly user: User; readonly password: string; readonly phc: string },
): Promise<User> {
  const { userId } = login.user;
  const facts = { ip: request.ip, at: clock.now() };
  const passwordHash = hasher.needsRehash(login.phc)
    ? await hasher.hash(login.password)
    : undefined;
  const recorded =
    passwordHash === undefined
      ? await store.users.recordLogin(userId, facts)
      : await store.transaction(async (tx) => {
          const user = await tx.users.recordLogin(userId, facts);
          const current = await tx.users.findPasswordHash(userId);
          if (user && current === login.phc) await tx.users.update(userId, { passwordHash });
          return user;
        });
  // Deleted between the two looks.
  if (!recorded) throw new AppError('wrong_credentials', WRONG_CREDENTIALS);
  return recorded;
}
