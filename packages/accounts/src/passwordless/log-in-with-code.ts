import { AppError, type Connection, type User } from '@tessera/model';
import { TooManyAttemptsError } from '../account-errors.ts';
import { buildLogEntry } from '../account-log.ts';
import type { LoginAttempt, PassedLimit } from '../login-limits.ts';
import { registerUser } from '../registration.ts';
import { logSignUpFailure } from '../sign-up.ts';
import {
  type PasswordlessAddress,
  type PasswordlessOptions,
  parseAddress,
  parsePasswordlessOptions,
} from './passwordless-options.ts';
import type { PasswordlessContext, PasswordlessServices } from './passwordless-services.ts';
import { takeCode } from './pending-codes.ts';

/** A person who has a code. */
export interface PasswordlessLogIn {
  readonly connection: Connection;
  /** E-mail address or phone number, as typed. */
  readonly address: string;
  readonly code: string;
  /** What the form belongs to: the same form sent twice with the right code logs in twice. */
  readonly attemptKey?: string;
}

const TOO_MANY = 'There were too many failed logins. Please wait a while and try again.';

/** See `Passwordless.logInWithCode`. */
export async function logInWithCode(
  services: PasswordlessServices,
  context: PasswordlessContext,
  input: PasswordlessLogIn,
): Promise<User> {
  const { connection } = input;
  const options = parsePasswordlessOptions(connection);
  const address = readAddress(connection, input.address);
  const user =
    address && (await context.store.users.findByIdentifier(connection.name, address.identifier));
  const identifier = (address?.text ?? input.address).slice(0, 320);
  const attempt: LoginAttempt = {
    tenant: context.tenant,
    ip: context.request.ip,
    connection,
    identifier,
    user,
  };
  await admit(services, context, { attempt, options });
  const isRight =
    address !== undefined &&
    (await takeCode(context.store, connection, {
      address: address.text,
      // People copy codes with the spaces that mails show them with.
      code: input.code.replaceAll(/\s/g, ''),
      clientId: context.client.clientId,
      at: services.clock.now(),
      ...(input.attemptKey === undefined ? {} : { attemptKey: input.attemptKey }),
    }));
  if (!isRight) {
    const what = connection.strategy === 'sms' ? 'phone number' : 'email';
    const message = `Wrong ${what} or verification code.`;
    await logRefusal(services, context, { attempt, type: 'f', description: message });
    throw new AppError('wrong_credentials', message);
  }
  await services.loginLimits.forgive(attempt);
  return enter(services, context, { connection, options, address, user });
}

function readAddress(connection: Connection, typed: string): PasswordlessAddress | undefined {
  try {
    return parseAddress(connection, typed);
  } catch (error) {
    // What can be nobody's address is as wrong as any other.
    if (error instanceof AppError && error.code === 'invalid_body') return undefined;
    throw error;
  }
}

async function admit(
  services: PasswordlessServices,
  context: PasswordlessContext,
  { attempt, options }: { readonly attempt: LoginAttempt; readonly options: PasswordlessOptions },
): Promise<void> {
  const { loginLimits } = services;
  const refusal: PassedLimit | undefined =
    (await loginLimits.admitAddress(attempt.tenant, attempt.ip)) ??
    (options.hasBruteForceProtection ? await loginLimits.admitAccount(attempt) : undefined);
  if (refusal === undefined) return;
  if (refusal.isFirst) {
    await logRefusal(services, context, { attempt, type: refusal.type, description: TOO_MANY });
  }
  throw new TooManyAttemptsError(TOO_MANY, refusal.retryAfterSeconds);
}

async function logRefusal(
  { clock }: PasswordlessServices,
  context: PasswordlessContext,
  facts: {
    readonly attempt: LoginAttempt;
    readonly type: 'f' | 'limit_wc' | 'limit_mu';
    readonly description: string;
  },
): Promise<void> {
  const { attempt, type, description } = facts;
  const { user, connection, identifier } = attempt;
  await context.store.logs.append(
    buildLogEntry(context, {
      type,
      at: clock.now(),
      description,
      connection,
      userName: identifier,
      ...(user === undefined ? {} : { userId: user.userId }),
    }),
  );
}

/** A person who has shown that an address is theirs. */
interface Entrant {
  readonly connection: Connection;
  readonly options: PasswordlessOptions;
  readonly address: PasswordlessAddress;
  readonly user: User | undefined;
}

/** Signs up whoever is new, refuses the blocked, and counts the login. */
async function enter(
  services: PasswordlessServices,
  context: PasswordlessContext,
  entrant: Entrant,
): Promise<User> {
  const { store, request } = context;
  const user = entrant.user ?? (await signUp(services, context, entrant));
  const { address, connection } = entrant;
  if (user.blocked) {
    const attempt = {
      tenant: context.tenant,
      ip: request.ip,
      connection,
      identifier: address.text,
      user,
    };
    await logRefusal(services, context, { attempt, type: 'f', description: 'user is blocked' });
    throw new AppError('account_blocked', 'This account is blocked.');
  }
  const isEmail = connection.strategy === 'email';
  const isVerified = isEmail ? user.emailVerified : user.phoneVerified === true;
  if (!isVerified) await markVerified(context, { ...entrant, user });
  const login = { ip: request.ip, at: services.clock.now() };
  const recorded = await store.users.recordLogin(user.userId, login);
  // Deleted between the two looks.
  if (!recorded) throw new AppError('account_blocked', 'This account is blocked.');
  return recorded;
}

/** What was looked at may be another address by now, of which the code has shown nothing: then nothing counts. */
async function markVerified(
  { store }: PasswordlessContext,
  { connection, address, user }: Entrant & { readonly user: User },
): Promise<void> {
  const isEmail = connection.strategy === 'email';
  const patch = isEmail ? { emailVerified: true } : { phoneVerified: true };
  await store.transaction(async (tx) => {
    const verified = await tx.users.update(user.userId, patch);
    const current = isEmail ? verified?.email?.toLowerCase() : verified?.phoneNumber;
    if (current !== address.text) {
      throw new AppError('wrong_credentials', 'The address was changed meanwhile.');
    }
  });
}

async function signUp(
  services: PasswordlessServices,
  context: PasswordlessContext,
  { connection, options, address }: Entrant,
): Promise<User> {
  const attempt = { connection, userName: address.text };
  return logSignUpFailure(services, context, {
    ...attempt,
    run: async (executions) => {
      if (options.isSignUpDisabled) throw new AppError('signup_disabled', 'Signup is disabled.');
      try {
        const registration = await registerUser(services, context, {
          connection,
          profile: address.profile,
          password: undefined,
          userMetadata: {},
          appMetadata: {},
          ...(connection.strategy === 'email' ? { emailVerified: true } : { phoneVerified: true }),
          executions,
        });
        return registration.user;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'user_exists') throw error;
        // The same form, sent twice at once: the other one was first.
        const { name } = connection;
        const user = await context.store.users.findByIdentifier(name, address.identifier);
        if (user === undefined) throw error;
        return user;
      }
    },
  });
}
