import { AppError, type Connection, type JsonObject } from '@tessera/model';
import type { AccountContext, AccountsOptions } from './account-context.ts';
import {
  AccountInputError,
  type FieldProblem,
  TooManyAttemptsError,
  WeakPasswordError,
} from './account-errors.ts';
import {
  checkIdentifiers,
  checkMetadata,
  checkPasswordForm,
  checkSignUpMetadata,
  type ProfileInput,
  parseProfile,
} from './account-input.ts';
import { buildLogEntry } from './account-log.ts';
import { refuseBreachedPassword } from './attack-protection/refuse-breached-password.ts';
import { type DatabaseOptions, parseDatabaseOptions } from './database-options.ts';
import { LIMITS } from './limits.ts';
import type { LoginLimits } from './login-limits.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { judgePassword } from './password-policy.ts';
import { readAccountOptions } from './passwordless/passwordless-options.ts';
import { type Registration, type RegistrationRequest, registerUser } from './registration.ts';

type Services = AccountsOptions & {
  readonly hasher: PasswordHasher;
  readonly loginLimits: LoginLimits;
};

/** What a person gives to sign up. */
export interface SignUpInput extends ProfileInput {
  readonly connection: Connection;
  readonly password: string;
  /** At most `LIMITS.signUpMetadataKeys` short texts. */
  readonly userMetadata?: JsonObject;
  /** False: no link is mailed; a page is about to ask for a code. */
  readonly verifyEmail?: boolean;
}

/** What the management API gives to create a user. */
export interface CreateUserInput extends ProfileInput {
  readonly connection: Connection;
  /** May be absent only where the connection's `password.api_behavior` is `optional`. */
  readonly password?: string;
  /** Id at the provider, without the `auth0|` prefix. */
  readonly userId?: string;
  readonly emailVerified?: boolean;
  readonly phoneVerified?: boolean;
  readonly blocked?: boolean;
  /** False: no mail asks to verify the address. */
  readonly verifyEmail?: boolean;
  readonly userMetadata?: JsonObject;
  readonly appMetadata?: JsonObject;
}

/** Text for an address that is taken: it says no more than that the signup did not work. */
const INVALID_SIGN_UP = 'Invalid sign up';

/** See `Accounts.signUp`. */
export async function signUp(
  services: Services,
  context: AccountContext,
  input: SignUpInput,
): Promise<Registration> {
  await admitAddress(services, context, input.connection);
  return logSignUpFailure(services, context, {
    ...readAttempt(input),
    run: async (executions) => {
      const options = parseDatabaseOptions(input.connection);
      if (options.isSignUpDisabled) {
        throw new AppError('signup_disabled', 'Signup is disabled.');
      }
      const problems: FieldProblem[] = [];
      checkSignUpMetadata(input.userMetadata, problems);
      const request = await checkRegistration(
        options,
        { ...input, isPasswordRequired: true },
        problems,
      );
      const { connection, password } = input;
      const stage = 'pre-user-registration';
      await refuseBreachedPassword(services, context, {
        ...{ connection, password, stage },
        user: request.profile,
      });
      try {
        return await registerUser(services, context, { ...request, executions });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'user_exists') throw error;
        // biome-ignore lint/style/useErrorCause: the cause is there, in the third argument
        throw new AppError('user_exists', INVALID_SIGN_UP, { cause: error, detail: error.message });
      }
    },
  });
}

function readAttempt({ connection, email, username, phoneNumber }: CreateUserInput) {
  return { connection, userName: email ?? username ?? phoneNumber };
}

/** See `Accounts.createUser`. */
export async function createUser(
  services: Services,
  context: AccountContext,
  input: CreateUserInput,
): Promise<Registration> {
  return logSignUpFailure(services, context, {
    ...readAttempt(input),
    run: async (executions) => {
      const options = readAccountOptions(input.connection);
      if (input.password !== undefined) refusePasswordWithoutDatabase(input.connection);
      const problems: FieldProblem[] = [];
      checkMetadata('userMetadata', input.userMetadata, problems);
      checkMetadata('appMetadata', input.appMetadata, problems);
      checkUserId(input.userId, problems);
      const isPasswordRequired = options.isPasswordRequiredByApi;
      const request = await checkRegistration(options, { ...input, isPasswordRequired }, problems);
      return registerUser(services, context, { ...request, executions });
    },
  });
}

/** Users of other connections have no password that could be set. */
export function refusePasswordWithoutDatabase({ name, strategy }: Connection): void {
  if (strategy === 'auth0') return;
  const message = `Users of the connection "${name}" have no password.`;
  throw new AppError('invalid_body', message);
}

/** Whether anybody gets in or not, one address has so many tries (`limit_mu`). */
async function admitAddress(
  { loginLimits, clock }: Services,
  context: AccountContext,
  connection: Connection,
): Promise<void> {
  const { tenant, request, store } = context;
  const passed = await loginLimits.admitSignUp(tenant, request.ip, async () => {
    const description = 'Too many signups from one address';
    const details = { flow: 'signup' };
    const facts = { type: 'limit_mu', at: clock.now(), connection, description, details } as const;
    await store.logs.append(buildLogEntry(context, facts));
  });
  if (passed === undefined) return;
  throw new TooManyAttemptsError(
    'Too many signups from your address. Please try again later.',
    passed.retryAfterSeconds,
    'signups',
  );
}

/** Writes `fs` for every refusal; an `AppError`'s `detail` is for the log alone. */
export async function logSignUpFailure<T>(
  { clock }: Pick<Services, 'clock'>,
  context: AccountContext,
  attempt: {
    readonly connection: Connection;
    readonly userName: string | undefined;
    readonly run: (executions: string[]) => Promise<T>;
  },
): Promise<T> {
  const executions: string[] = [];
  const { connection, userName } = attempt;
  try {
    return await attempt.run(executions);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'database_unavailable') throw error;
    await context.store.logs.append(
      buildLogEntry(context, {
        type: 'fs',
        at: clock.now(),
        description: error.detail ?? error.message,
        connection,
        ...(userName === undefined ? {} : { userName }),
        executions,
      }),
    );
    throw error;
  }
}

async function checkRegistration(
  options: DatabaseOptions,
  input: CreateUserInput & { readonly isPasswordRequired: boolean },
  problems: FieldProblem[],
): Promise<RegistrationRequest> {
  const profile = parseProfile<ProfileInput>(input, options, problems);
  checkIdentifiers(profile, options, problems);
  checkPasswordForm(input.password, input.isPasswordRequired, problems);
  if (problems.length > 0) throw new AccountInputError(problems);
  if (input.password !== undefined) await checkPassword(options, input.password, profile);
  const { connection, password, userId, emailVerified, phoneVerified, blocked, verifyEmail } =
    input;
  return {
    connection,
    password,
    profile,
    userMetadata: input.userMetadata ?? {},
    appMetadata: input.appMetadata ?? {},
    ...(userId === undefined ? {} : { userId }),
    ...(emailVerified === undefined ? {} : { emailVerified }),
    ...(phoneVerified === undefined ? {} : { phoneVerified }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(verifyEmail === undefined ? {} : { verifyEmail }),
  };
}

/** Throws `WeakPasswordError` unless the password meets the connection's policy. */
export async function checkPassword(
  options: DatabaseOptions,
  password: string,
  profile: { readonly [K in keyof ProfileInput]?: string | undefined },
): Promise<void> {
  const { email, username, name, givenName, familyName, nickname } = profile;
  const personal = [email, username, name, givenName, familyName, nickname];
  const rules = await judgePassword(
    options.passwordPolicy,
    password,
    personal.filter((text) => text !== undefined),
  );
  if (rules.some((rule) => !rule.isMet)) throw new WeakPasswordError(rules);
}

function checkUserId(userId: string | undefined, problems: FieldProblem[]): void {
  if (userId === undefined) return;
  if (userId === '' || userId.length > LIMITS.userIdLength || /[\s\p{Cc}]/u.test(userId)) {
    const message = `user_id must have 1 to ${LIMITS.userIdLength} characters and no white space.`;
    problems.push({ field: 'userId', message });
  }
}
