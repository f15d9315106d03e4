import { generateAuthenticationOptions, generateRegistrationOptions } from '@simplewebauthn/server';
import {
  AppError,
  type Authenticator,
  type Connection,
  createAlphanumericId,
  type JsonObject,
  type User,
} from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { LIMITS } from '../limits.ts';
import { createLoginLimits } from '../login-limits.ts';
import { implicitEmail, listEnabledTypes } from '../mfa/factor-types.ts';
import { logInWithPasskey, type PasskeyLogIn } from './log-in-with-passkey.ts';
import { type PasskeyCeremony, saveChallenge, takeChallenge } from './passkey-challenges.ts';
import { readPasskeyOptions } from './passkey-options.ts';
import type { PasskeyPlace, PasskeyServices } from './passkey-services.ts';
import {
  createUserHandle,
  readAnswer,
  readRelyingParty,
  verifyRegistration,
} from './verify-passkey.ts';

/** Where passkeys are set up. */
type PasskeyContext = Pick<AccountContext, 'tenant' | 'store' | 'baseUrl'>;

/** Logins with passkeys: WebAuthn credentials that the person's device finds by itself. */
export interface Passkeys {
  /** `PublicKeyCredentialRequestOptionsJSON`, with a challenge of its own, for whoever has a passkey. */
  createLoginOptions(context: AccountContext, place: PasskeyPlace): Promise<JsonObject>;
  /**
   * Logs in with what the device answered, and counts the login. The challenge is used up whatever the
   * answer is worth. Writes `f` for a refusal, `limit_mu`.
   *
   * Rejects with `TooManyAttemptsError`, or the codes `wrong_credentials`, `account_blocked`.
   */
  logIn(context: AccountContext, input: PasskeyLogIn): Promise<User>;
  /**
   * True when the person should be offered a passkey: the connection wants it, they have none, and no
   * second factor either, which whoever has the password only has not shown yet; or they have shown one.
   */
  isOffered(
    context: PasskeyContext,
    person: {
      readonly connection: Connection;
      readonly userId: string;
      readonly hasPassedFactor?: boolean;
    },
  ): Promise<boolean>;
  /** `PublicKeyCredentialCreationOptionsJSON` for a new passkey of a user. */
  createEnrollmentOptions(
    context: PasskeyContext,
    place: PasskeyPlace & { readonly user: User },
  ): Promise<JsonObject>;
  /**
   * Keeps a new passkey. The same answer sent twice is accepted twice, and kept once. Rejects with
   * `wrong_credentials` when it does not fit, `limit_reached` for a user who has too many.
   */
  enroll(
    context: PasskeyContext,
    place: PasskeyPlace & { readonly user: User; readonly credential: string },
  ): Promise<Authenticator>;
}

/** Creates the service; challenges are tickets, passkeys are authenticators. */
export function createPasskeys(options: AccountsOptions): Passkeys {
  const loginLimits = createLoginLimits(options.rateLimits, options.clock);
  const services: PasskeyServices = { ...options, loginLimits };
  return {
    createLoginOptions: (context, place) => createLoginOptions(services, context, place),
    logIn: (context, input) => logInWithPasskey(services, context, input),
    async isOffered({ tenant, store }, { connection, userId, hasPassedFactor }) {
      const { isEnabled, isEnrollmentOffered } = readPasskeyOptions(connection);
      if (!isEnabled || !isEnrollmentOffered) return false;
      const known = await store.authenticators.listForUser(userId);
      if (known.some(({ type }) => type === 'passkey')) return false;
      if (hasPassedFactor) return true;
      if (known.some(({ isConfirmed }) => isConfirmed)) return false;
      if (!listEnabledTypes(tenant).includes('email')) return true;
      // A verified address is a second factor that no row stands for.
      const user = await store.users.find(userId);
      return user !== undefined && implicitEmail(user) === undefined;
    },
    createEnrollmentOptions: (context, place) => createEnrollmentOptions(services, context, place),
    enroll: (context, place) => enroll(services, context, place),
  };
}

/** Without members that are undefined. */
const toJson = (options: object): JsonObject => JSON.parse(JSON.stringify(options));

async function createLoginOptions(
  { clock }: PasskeyServices,
  { store, baseUrl }: AccountContext,
  { binding }: PasskeyPlace,
): Promise<JsonObject> {
  const options = await generateAuthenticationOptions({
    rpID: readRelyingParty(baseUrl).id,
    userVerification: 'required',
    timeout: LIMITS.passkeySeconds * 1000,
  });
  const { challenge } = options;
  await saveChallenge(store, { purpose: 'login', binding }, { challenge, at: clock.now() });
  return toJson(options);
}

const enrollmentOf = (place: { binding: string; user: User }): PasskeyCeremony => ({
  purpose: 'enrollment',
  binding: place.binding,
  userId: place.user.userId,
});

async function listPasskeys({ store }: PasskeyContext, userId: string) {
  const known = await store.authenticators.listForUser(userId);
  return known.filter(({ type }) => type === 'passkey');
}

async function createEnrollmentOptions(
  { clock }: PasskeyServices,
  context: PasskeyContext,
  place: PasskeyPlace & { readonly user: User },
): Promise<JsonObject> {
  const { user } = place;
  const { tenant, store, baseUrl } = context;
  const known = await listPasskeys(context, user.userId);
  const userName = user.email ?? user.username ?? user.phoneNumber ?? user.userId;
  const options = await generateRegistrationOptions({
    rpName: tenant.settings.friendlyName ?? tenant.name,
    rpID: readRelyingParty(baseUrl).id,
    userName,
    userDisplayName: user.name ?? userName,
    userID: createUserHandle(tenant.id, user.userId),
    timeout: LIMITS.passkeySeconds * 1000,
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId ?? '' })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  const { challenge } = options;
  await saveChallenge(store, enrollmentOf(place), { challenge, at: clock.now() });
  return toJson(options);
}

async function enroll(
  { randomBytes }: PasskeyServices,
  context: PasskeyContext,
  place: PasskeyPlace & { readonly user: User; readonly credential: string },
): Promise<Authenticator> {
  const { store } = context;
  const { userId } = place.user;
  const refused = new AppError('wrong_credentials', 'The passkey could not be verified.');
  const answer = readAnswer(place.credential);
  if (answer === undefined) throw refused;
  const isOpen = await takeChallenge(store, enrollmentOf(place), answer.challenge);
  const passkey = isOpen
    ? await verifyRegistration(answer, readRelyingParty(context.baseUrl))
    : undefined;
  if (passkey === undefined) {
    // The same form, sent twice: the other one was first.
    const known = await store.authenticators.findByCredentialId(answer.credentialId);
    if (known?.userId === userId && known.type === 'passkey' && !isOpen) return known;
    throw refused;
  }
  if ((await listPasskeys(context, userId)).length >= LIMITS.passkeysPerUser) {
    const message = `A user can have at most ${LIMITS.passkeysPerUser} passkeys.`;
    throw new AppError('limit_reached', message);
  }
  try {
    return await store.authenticators.create({
      id: `passkey|dev_${createAlphanumericId(randomBytes, 16)}`,
      userId,
      type: 'passkey',
      isConfirmed: true,
      ...passkey,
    });
  } catch (error) {
    // Whose it is already is nobody's business.
    if (error instanceof AppError && error.code === 'conflict') throw refused;
    throw error;
  }
}
