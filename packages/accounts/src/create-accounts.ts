import { AppError, type Connection, type User } from '@tessera/model';
import type { AccountContext, AccountsOptions } from './account-context.ts';
import { type BotDetection, createBotDetection } from './attack-protection/bot-detection.ts';
import { createLoginBlocks, type LoginBlocks } from './attack-protection/login-blocks.ts';
import {
  type IdentifierUse,
  parseDatabaseOptions,
  type SignUpVerification,
} from './database-options.ts';
import {
  createEmailVerifications,
  type EmailVerifications,
} from './email-verification/create-email-verifications.ts';
import { type LogInInput, logIn } from './log-in.ts';
import { createLoginLimits } from './login-limits.ts';
import { createPasswordHasher, DEFAULT_HASH_COST } from './password-hasher.ts';
import { judgePassword, type PasswordRule } from './password-policy.ts';
import { createPasswordResets } from './password-reset/create-password-resets.ts';
import type { PasswordResets } from './password-reset/password-resets.ts';
import type { Registration } from './registration.ts';
import { type CreateUserInput, createUser, type SignUpInput, signUp } from './sign-up.ts';
import { changePassword, type UpdateUserInput, updateUser } from './update-user.ts';

/** What pages and APIs need to know about a connection before anybody types. */
export interface ConnectionForms {
  readonly isSignUpDisabled: boolean;
  readonly email: IdentifierUse;
  /** How people prove an address, and get to a new password. */
  readonly emailMethod: 'link' | 'code';
  readonly signUpVerification: SignUpVerification;
  readonly username: IdentifierUse;
  readonly phoneNumber: IdentifierUse;
  /** Rules for a new password; `isMet` has no meaning here. */
  readonly passwordRules: readonly PasswordRule[];
}

/** Users of a tenant's database connections. Every refusal is an `AppError`; its message is public. */
export interface Accounts {
  /**
   * Signs a person up: checks the input, runs pre-user-registration, creates the user and promises
   * post-user-registration. Writes `ss` or `fs`.
   *
   * Rejects with `AccountInputError`, `WeakPasswordError`, `SignUpRefusedError` (an action said no),
   * `TooManyAttemptsError`, or the codes `signup_disabled`, `user_exists`, `action_failed`.
   */
  signUp(context: AccountContext, input: SignUpInput): Promise<Registration>;
  /** As `signUp`, for the management API: also with signup disabled, and with more fields. */
  createUser(context: AccountContext, input: CreateUserInput): Promise<Registration>;
  /**
   * Checks an identifier and a password and counts the login. Unknown users and wrong passwords are
   * told apart by nobody: same message, same work. Writes `fu`, `fp`, `limit_wc`, `limit_mu` and,
   * for a blocked user, `f`; the entry for the successful login is the protocol's.
   *
   * Rejects with `TooManyAttemptsError` or the codes `wrong_credentials`, `account_blocked`.
   */
  logIn(context: AccountContext, input: LogInInput): Promise<User>;
  /** Counts the login that follows a signup at once. Rejects with `not_found`. */
  recordLogin(context: AccountContext, userId: string): Promise<User>;
  /**
   * Sets a new password, which must meet the policy, ends the user's sessions and tokens, and promises
   * post-change-password. Writes `scp`. Rejects with `not_found`, `WeakPasswordError`, ...
   */
  changePassword(context: AccountContext, userId: string, password: string): Promise<User>;
  /**
   * Changes a user; a new address counts as unverified unless told otherwise. Metadata is merged. A
   * new password does what `changePassword` does.
   */
  updateUser(context: AccountContext, userId: string, input: UpdateUserInput): Promise<User>;
  readonly passwordResets: PasswordResets;
  readonly loginBlocks: LoginBlocks;
  readonly botDetection: BotDetection;
  readonly emailVerifications: EmailVerifications;
  /** What the forms for a connection have to ask for. */
  describeConnection(connection: Connection): Promise<ConnectionForms>;
}

/** Creates the account services. They keep no state but a decoy hash and a queue for hashing. */
export function createAccounts(options: AccountsOptions): Accounts {
  const services = {
    ...options,
    hasher: createPasswordHasher(options.argon2 ?? DEFAULT_HASH_COST, options.randomBytes),
    loginLimits: createLoginLimits(options.rateLimits, options.clock),
  };
  return {
    signUp: (context, input) => signUp(services, context, input),
    createUser: (context, input) => createUser(services, context, input),
    logIn: (context, input) => logIn(services, context, input),
    async recordLogin({ store, request }, userId) {
      const login = { ip: request.ip, at: options.clock.now() };
      const user = await store.users.recordLogin(userId, login);
      if (!user) throw new AppError('not_found', 'The user does not exist.');
      return user;
    },
    changePassword: (context, userId, password) =>
      changePassword(services, context, { userId, password }),
    updateUser: (context, userId, input) => updateUser(services, context, { userId, input }),
    passwordResets: createPasswordResets(services),
    loginBlocks: createLoginBlocks(services),
    botDetection: createBotDetection(services),
    emailVerifications: createEmailVerifications(services),
    async describeConnection(connection) {
      const { isSignUpDisabled, email, emailMethod, signUpVerification, ...options } =
        parseDatabaseOptions(connection);
      const { username, phoneNumber, passwordPolicy } = options;
      const passwordRules = await judgePassword(passwordPolicy, '', []);
      const methods = { emailMethod, signUpVerification };
      return { isSignUpDisabled, email, ...methods, username, phoneNumber, passwordRules };
    },
  };
}
