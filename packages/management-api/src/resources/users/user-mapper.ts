import type { CreateUserInput, UpdateUserInput } from '@tessera/accounts';
import type { CreateUserBody, UpdateUserBody } from '@tessera/api-contract';
import type { Connection, JsonObject, User } from '@tessera/model';

/** Renames the members of a body that are set. */
const readProfile = <T extends string | null>(body: {
  readonly email?: T | undefined;
  readonly username?: T | undefined;
  readonly phone_number?: T | undefined;
  readonly name?: T | undefined;
  readonly given_name?: T | undefined;
  readonly family_name?: T | undefined;
  readonly nickname?: T | undefined;
  readonly picture?: T | undefined;
}) => ({
  ...(body.email === undefined ? {} : { email: body.email }),
  ...(body.username === undefined ? {} : { username: body.username }),
  ...(body.phone_number === undefined ? {} : { phoneNumber: body.phone_number }),
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.given_name === undefined ? {} : { givenName: body.given_name }),
  ...(body.family_name === undefined ? {} : { familyName: body.family_name }),
  ...(body.nickname === undefined ? {} : { nickname: body.nickname }),
  ...(body.picture === undefined ? {} : { picture: body.picture }),
});

const readState = (body: CreateUserBody | UpdateUserBody) => ({
  ...(body.blocked === undefined ? {} : { blocked: body.blocked }),
  ...(body.email_verified === undefined ? {} : { emailVerified: body.email_verified }),
  ...(body.phone_verified === undefined ? {} : { phoneVerified: body.phone_verified }),
  ...(body.user_metadata === undefined ? {} : { userMetadata: body.user_metadata }),
  ...(body.app_metadata === undefined ? {} : { appMetadata: body.app_metadata }),
});

export const readNewUser = (body: CreateUserBody, connection: Connection): CreateUserInput => ({
  connection,
  ...readProfile(body),
  ...readState(body),
  ...(body.verify_email === undefined ? {} : { verifyEmail: body.verify_email }),
  ...(body.password === undefined ? {} : { password: body.password }),
  ...(body.user_id === undefined ? {} : { userId: body.user_id }),
});

export const readUserChange = (body: UpdateUserBody): UpdateUserInput => ({
  ...readProfile(body),
  ...readState(body),
  ...(body.verify_email === undefined ? {} : { verifyEmail: body.verify_email }),
  ...(body.password === undefined || body.password === null ? {} : { password: body.password }),
});

/** A user in the key order of the recordings; what is unknown or empty is absent. */
export function toWireUser(user: User): JsonObject {
  const hasMembers = (object: JsonObject) => Object.keys(object).length > 0;
  const ordered: Readonly<Record<string, unknown>> = {
    blocked: user.blocked || undefined,
    created_at: user.createdAt.toISOString(),
    email: user.email,
    email_verified: user.email === undefined ? undefined : user.emailVerified,
    family_name: user.familyName,
    given_name: user.givenName,
    identities: user.identities.map((identity) => ({
      connection: identity.connection,
      user_id: identity.userId,
      provider: identity.provider,
      isSocial: identity.isSocial,
      ...(identity.profileData === undefined ? {} : { profileData: identity.profileData }),
    })),
    name: user.name,
    nickname: user.nickname,
    phone_number: user.phoneNumber,
    phone_verified: user.phoneNumber === undefined ? undefined : user.phoneVerified,
    picture: user.picture,
    updated_at: user.updatedAt.toISOString(),
    user_id: user.userId,
    user_metadata: hasMembers(user.userMetadata) ? user.userMetadata : undefined,
    username: user.username,
    last_password_reset: user.lastPasswordReset?.toISOString(),
    app_metadata: hasMembers(user.appMetadata) ? user.appMetadata : undefined,
    last_ip: user.lastIp,
    last_login: user.lastLogin?.toISOString(),
    logins_count: user.loginsCount || undefined,
  };
  return Object.fromEntries(
    Object.entries(ordered).filter(([, value]) => value !== undefined),
  ) as JsonObject;
}
