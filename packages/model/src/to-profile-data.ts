import type { User } from './entities/user.ts';
import type { JsonObject } from './json.ts';

/**
 * A user's own profile as that of its main identity, in the names of the wire; what is not known is left out,
 * and so is a name that is just the address.
 */
export function toProfileData(user: Omit<User, 'identities'>): JsonObject {
  const members = {
    email: user.email,
    given_name: user.givenName,
    family_name: user.familyName,
    name: user.name === user.email ? undefined : user.name,
    username: user.username,
    phone_number: user.phoneNumber,
    phone_verified: user.phoneVerified,
    nickname: user.nickname,
    picture: user.picture,
    email_verified: user.email === undefined ? undefined : user.emailVerified,
  };
  return Object.fromEntries(
    Object.entries(members).filter(
      (entry): entry is [string, string | boolean] => entry[1] !== undefined,
    ),
  );
}
