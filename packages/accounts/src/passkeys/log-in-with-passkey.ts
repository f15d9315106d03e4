import { AppError, type Authenticator, type User } from '@tessera/model';
import type { AccountContext } from '../account-context.ts';
import { TooManyAttemptsError } from '../account-errors.ts';
import { buildLogEntry } from '../account-log.ts';
import type { LoginAttempt } from '../login-limits.ts';
import { takeChallenge } from './passkey-challenges.ts';
import { readPasskeyOptions } from './passkey-options.ts';
import type { PasskeyPlace, PasskeyServices } from './passkey-services.ts';
import {
  createUserHandle,
  type PasskeyAnswer,
  readAnswer,
  readRelyingParty,
  verifyAssertion,
} from './verify-passkey.ts';

/** What a device answered to `createLoginOptions`. */
export interface PasskeyLogIn extends PasskeyPlace {
  /** JSON of the public-key credential. */
  readonly credential: string;
}

const TOO_MANY = 'There were too many failed logins. Please wait a while and try again.';

/** See `Passkeys.logIn`. */
export async function logInWithPasskey(
  services: PasskeyServices,
  context: AccountContext,
  input: PasskeyLogIn,
): Promise<User> {
  const { tenant, request, store } = context;
  const { connection } = input;
  const limit = await services.loginLimits.admitAddress(tenant, request.ip);
  if (limit !== undefined) {
    if (limit.isFirst) await logRefusal(services, context, { input, ...limit, reason: TOO_MANY });
    throw new TooManyAttemptsError(TOO_MANY, limit.retryAfterSeconds);
  }
  const answer = readPasskeyOptions(connection).isEnabled
    ? readAnswer(input.credential)
    : undefined;
  const stored = answer && (await findPasskey(context, input, answer));
  const user = stored && (await store.users.find(stored.userId));
  const isTheirs = user?.identities.some(({ connection: name }) => name === connection.name);
  const counted = isTheirs === true && (await countUse(services, context, { answer, stored }));
  if (user === undefined || !counted) {
    const reason = 'Passkey could not be verified';
    await logRefusal(services, context, { input, type: 'f', reason, user });
    throw new AppError('wrong_credentials', 'This passkey could not be verified.');
  }
  const attempt: LoginAttempt = {
    tenant,
    ip: request.ip,
    connection,
    identifier: user.userId,
    user,
  };
  await services.loginLimits.forgive(attempt);
  if (user.blocked) {
    await logRefusal(services, context, { input, type: 'f', reason: 'user is blocked', user });
    throw new AppError('account_blocked', 'This account is blocked.');
  }
  const login = { ip: request.ip, at: services.clock.now() };
  const recorded = await store.users.recordLogin(user.userId, login);
  // Deleted between the two looks.
  if (!recorded) throw new AppError('wrong_credentials', 'This passkey could not be verified.');
  return recorded;
}

/** The passkey that answered, if the challenge is one of this ceremony's. */
async function findPasskey(
  { store, tenant }: AccountContext,
  { binding }: PasskeyLogIn,
  answer: PasskeyAnswer,
): Promise<Authenticator | undefined> {
  const isOpen = await takeChallenge(store, { purpose: 'login', binding }, answer.challenge);
  if (!isOpen) return undefined;
  const stored = await store.authenticators.findByCredentialId(answer.credentialId);
  if (stored?.type !== 'passkey' || !stored.isConfirmed) return undefined;
  const handle = Buffer.from(createUserHandle(tenant.id, stored.userId)).toString('base64url');
  return answer.userHandle === undefined || answer.userHandle === handle ? stored : undefined;
}

/** Verifies the signature and moves the counter on; false when either does not work. */
async function countUse(
  { clock }: PasskeyServices,
  { store, baseUrl }: AccountContext,
  use: {
    readonly answer: PasskeyAnswer | undefined;
    readonly stored: Authenticator | undefined;
  },
): Promise<boolean> {
  const { answer, stored } = use;
  if (answer === undefined || stored === undefined) return false;
  const counter = await verifyAssertion(stored, answer, readRelyingParty(baseUrl));
  if (counter === undefined) return false;
  const { secret } = stored;
  const patch = { secret: { ...secret, counter }, lastUsedAt: clock.now() };
  // Compare-and-set: of two answers with the same counter one is a copy.
  return (await store.authenticators.update(stored.id, patch, secret)) !== undefined;
}

async function logRefusal(
  { clock }: PasskeyServices,
  context: AccountContext,
  facts: {
    readonly input: PasskeyLogIn;
    readonly type: 'f' | 'limit_mu' | 'limit_wc';
    readonly reason: string;
    readonly user?: User | undefined;
  },
): Promise<void> {
  const { input, type, reason, user } = facts;
  const userName = user && (user.email ?? user.username ?? user.phoneNumber);
  await context.store.logs.append(
    buildLogEntry(context, {
      type,
      at: clock.now(),
      description: reason,
      connection: input.connection,
      ...(user === undefined ? {} : { userId: user.userId }),
      ...(userName === undefined ? {} : { userName }),
    }),
  );
}
