import type { Connection, User } from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { createLoginLimits } from '../login-limits.ts';
import { createPasswordHasher, DEFAULT_HASH_COST } from '../password-hasher.ts';
import { logInWithCode, type PasswordlessLogIn } from './log-in-with-code.ts';
import { findUsableLink, logInWithLink, type PasswordlessLink } from './log-in-with-link.ts';
import type {
  PasswordlessContext,
  PasswordlessServices,
  PasswordlessStart,
} from './passwordless-services.ts';
import { startPasswordless } from './start-passwordless.ts';

/** Logins with a code or a link that is sent to an address. Every refusal is an `AppError`; its message is public. */
export interface Passwordless {
  /**
   * Sends a code or a link, in place of what was sent before. Where sign-up is disabled and nobody has
   * the address, nothing is sent, and nobody can tell. Writes `cls` (e-mail) or `cs` (text message).
   *
   * Rejects with `AccountInputError` (no address) or `TooManyAttemptsError`.
   *
   * @returns the address as it is kept: in lower case, without spaces.
   */
  start(
    context: PasswordlessContext,
    input: PasswordlessStart,
  ): Promise<{ readonly address: string }>;
  /**
   * Logs in with a code, and counts the login. Whoever is there for the first time is signed up, by the
   * registration triggers; the address counts as verified. Wrong codes, used ones, and addresses that
   * nothing was sent to are told apart by nobody. Writes `f`, `fs`, `ss`, `limit_wc`, `limit_mu`.
   *
   * Rejects with `TooManyAttemptsError`, `SignUpRefusedError`, or the codes `wrong_credentials`,
   * `account_blocked`, `action_failed`.
   */
  logInWithCode(context: PasswordlessContext, input: PasswordlessLogIn): Promise<User>;
  /** What a link stands for, while it can be used; looking does not use it. */
  findLink(context: AccountContext, secret: string): Promise<PasswordlessLink | undefined>;
  /** As `logInWithCode`, with a link; also rejects when it was made for another application. */
  logInWithLink(
    context: PasswordlessContext,
    input: { readonly secret: string; readonly attemptKey?: string },
  ): Promise<{ readonly user: User; readonly connection: Connection }>;
}

/** Creates the service; what it knows is in tickets. */
export function createPasswordless(options: AccountsOptions): Passwordless {
  const services: PasswordlessServices = {
    ...options,
    hasher: createPasswordHasher(options.argon2 ?? DEFAULT_HASH_COST, options.randomBytes),
    loginLimits: createLoginLimits(options.rateLimits, options.clock),
  };
  return {
    start: (context, input) => startPasswordless(services, context, input),
    logInWithCode: (context, input) => logInWithCode(services, context, input),
    findLink: (context, secret) => findUsableLink(context, secret),
    logInWithLink: (context, input) => logInWithLink(services, context, input),
  };
}
