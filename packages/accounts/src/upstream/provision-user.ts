import {
  AppError,
  type Connection,
  type NewUser,
  type ProvisionedProfile,
  type TenantStore,
  type User,
  type UserPatch,
  type UserProvisioning,
} from '@tessera/model';
import { AccountInputError, type FieldProblem } from '../account-errors.ts';
import { parseProfile } from '../account-input.ts';
import { type DatabaseOptions, parseDatabaseOptions } from '../database-options.ts';
import { LIMITS } from '../limits.ts';

type ProvisioningRequest = Parameters<UserProvisioning['provision']>[1];

/** See `UserProvisioning`. */
export const userProvisioning: UserProvisioning = {
  async provision(store, request) {
    const userId = toUserId(request.connection, request.providerUserId);
    const profile = readProfile(request.connection, request.profile);
    const known = await findOfConnection(store, request.connection, userId);
    // What a linked identity says of the person is not the profile of the user it is linked to.
    if (known !== undefined && known.userId !== userId) return known;
    if (known !== undefined) return await follow(store, known, { ...request, profile });
    if (!request.mayCreate) return undefined;
    try {
      return await store.users.create(newUser(userId, { ...request, profile }));
    } catch (error) {
      // Two first logins at once: both are the same person's.
      const isRace = error instanceof AppError && error.code === 'user_exists';
      const winner = isRace ? await findOfConnection(store, request.connection, userId) : undefined;
      if (winner === undefined) throw error;
      return winner;
    }
  },
};

/**
 * The user whom an identity of a connection is of. Ids of two databases look alike, so that an id that is
 * free here may be somebody's there: theirs is never yielded. Rejects with `user_exists`.
 */
async function findOfConnection(
  store: TenantStore,
  connection: Connection,
  userId: string,
): Promise<User | undefined> {
  const user = await store.users.findPrimary(userId);
  const isHere = user?.identities.some(
    (one) => one.connection === connection.name && `${one.provider}|${one.userId}` === userId,
  );
  if (user !== undefined && isHere !== true) {
    throw new AppError('user_exists', 'The id is that of a user of another connection.');
  }
  return user;
}

/** Control characters, and halves of characters: no database holds them, or logs are broken by them. */
const UNUSABLE = /[\p{Cc}\p{Cs}]/u;

/** Ids of an upstream provider are unique within its connection only; those of the others, in the strategy. */
function toUserId({ strategy, name }: Connection, providerUserId: string): string {
  const userId =
    strategy === 'oidc' ? `oidc|${name}|${providerUserId}` : `${strategy}|${providerUserId}`;
  if (providerUserId === '' || userId.length > LIMITS.userIdLength || UNUSABLE.test(userId)) {
    throw new AppError(
      'invalid_body',
      `The id of a user must have 1 to ${LIMITS.userIdLength} characters, that of the connection included, and no control characters.`,
    );
  }
  return userId;
}

function readProfile(connection: Connection, profile: ProvisionedProfile): ProvisionedProfile {
  const problems: FieldProblem[] = [];
  const { emailVerified, phoneVerified, ...texts } = profile;
  const parsed = parseProfile(texts, optionsOf(connection), problems);
  if (problems.length > 0) throw new AccountInputError(problems);
  return {
    ...parsed,
    ...(emailVerified === undefined ? {} : { emailVerified }),
    ...(phoneVerified === undefined ? {} : { phoneVerified }),
  };
}

/** Limits of names; connections that are no databases have the usual ones. */
function optionsOf(connection: Connection): DatabaseOptions {
  const isDatabase = connection.strategy === 'auth0';
  return parseDatabaseOptions(isDatabase ? connection : { ...connection, options: {} });
}

function newUser(userId: string, request: ProvisioningRequest): NewUser {
  const { connection, providerUserId, profile } = request;
  const { emailVerified = false, ...texts } = profile;
  const localPart = profile.email?.slice(0, profile.email.lastIndexOf('@'));
  const name = profile.email ?? profile.username ?? profile.phoneNumber;
  const nickname = localPart ?? profile.username ?? profile.phoneNumber;
  const id =
    connection.strategy === 'oidc' ? `${connection.name}|${providerUserId}` : providerUserId;
  return {
    ...(name === undefined ? {} : { name }),
    ...(nickname === undefined ? {} : { nickname }),
    ...texts,
    userId,
    emailVerified,
    identities: [
      { connection: connection.name, provider: connection.strategy, userId: id, isSocial: false },
    ],
    userMetadata: {},
    appMetadata: {},
    blocked: false,
  };
}

/** A new address is as verified as the other side says; one that stays keeps what was known. */
async function follow(
  store: TenantStore,
  user: User,
  { profile, updates }: ProvisioningRequest,
): Promise<User> {
  if (!updates || Object.keys(profile).length === 0) return user;
  const isNewEmail = profile.email !== undefined && profile.email !== user.email;
  const isNewPhone = profile.phoneNumber !== undefined && profile.phoneNumber !== user.phoneNumber;
  const patch: UserPatch = {
    ...(isNewEmail ? { emailVerified: false } : {}),
    ...(isNewPhone ? { phoneVerified: false } : {}),
    ...profile,
  };
  const changes = Object.entries(patch).filter(
    ([name, value]) => user[name as keyof User] !== value,
  );
  if (changes.length === 0) return user;
  return (await store.users.update(user.userId, Object.fromEntries(changes))) ?? user;
}
