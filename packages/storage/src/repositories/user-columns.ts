import type { NewUser, UserPatch } from '@tessera/model';
import { pickPatch } from './rows.ts';

/** Optional in the entity: `null` in a patch removes them. */
const REMOVABLE = [
  'email',
  'username',
  'phoneNumber',
  'phoneVerified',
  'name',
  'nickname',
  'givenName',
  'familyName',
  'picture',
  'lastIp',
  'lastLogin',
  'lastPasswordReset',
] as const;

/** Always there: `null` in a patch has no meaning, and is ignored. */
const REQUIRED = [
  'emailVerified',
  'identities',
  'userMetadata',
  'appMetadata',
  'blocked',
  'loginsCount',
] as const;

export function newUserColumns(user: NewUser) {
  const [identity] = user.identities;
  if (identity === undefined) throw new Error('A user needs at least one identity');
  const { userId, emailVerified, identities, userMetadata, appMetadata, blocked, passwordHash } =
    user;
  return {
    ...pickPatch(user, [
      'username',
      'phoneNumber',
      'phoneVerified',
      'name',
      'nickname',
      'givenName',
      'familyName',
      'picture',
      'lastPasswordReset',
    ]),
    ...lowerCaseEmail(user),
    ...{ userId, emailVerified, identities, userMetadata, appMetadata, blocked },
    connection: identity.connection,
    ...(passwordHash !== undefined && { passwordHash }),
  };
}

export function changedColumns(patch: UserPatch) {
  const { passwordHash } = patch;
  const [identity] = patch.identities ?? [];
  return {
    ...pickPatch(patch, REMOVABLE),
    ...withoutNullMembers(pickPatch(patch, REQUIRED)),
    ...lowerCaseEmail(patch),
    ...(passwordHash !== undefined && { passwordHash }),
    ...(identity !== undefined && { connection: identity.connection }),
  };
}

function withoutNullMembers<T extends object>(patch: T): { [K in keyof T]: Exclude<T[K], null> } {
  const members = Object.entries(patch).filter(([, value]) => value !== null);
  return Object.fromEntries(members) as { [K in keyof T]: Exclude<T[K], null> };
}

/** Addresses are kept in lower case. */
function lowerCaseEmail({ email }: { readonly email?: string | null }) {
  return typeof email === 'string' ? { email: email.toLowerCase() } : {};
}
