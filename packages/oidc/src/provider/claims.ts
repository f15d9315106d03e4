import type { User } from '@tessera/model';

/** Claims of each OpenID scope (OpenID Connect Core, section 5.4), as far as profiles have them. */
export const CLAIMS_BY_SCOPE = {
  openid: ['sub'],
  profile: [
    'name',
    'nickname',
    'given_name',
    'family_name',
    'preferred_username',
    'picture',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
} as const;

/** Scopes that belong to the protocol; all others belong to an API. */
export const PROTOCOL_SCOPES: readonly string[] = [
  'openid',
  'profile',
  'email',
  'phone',
  'offline_access',
];

/** Everything a profile can say of a person, under the standard names. */
export function allClaims(user: User): Record<string, string | boolean> {
  const claims: Record<string, string | boolean | undefined> = {
    sub: user.userId,
    name: user.name ?? user.email ?? user.username ?? user.phoneNumber,
    nickname: user.nickname,
    given_name: user.givenName,
    family_name: user.familyName,
    preferred_username: user.username,
    picture: user.picture,
    // A string, not the number of OpenID Connect: the hosted service's clients expect ISO 8601.
    updated_at: user.updatedAt.toISOString(),
    email: user.email,
    email_verified: user.email === undefined ? undefined : user.emailVerified,
    phone_number: user.phoneNumber,
    phone_number_verified:
      user.phoneNumber === undefined ? undefined : (user.phoneVerified ?? false),
  };
  return Object.fromEntries(
    Object.entries(claims).filter(
      (entry): entry is [string, string | boolean] => entry[1] !== undefined,
    ),
  );
}

/** The claims that `scopes` open. `sub` is always among them. */
export function claimsFor(
  user: User,
  scopes: ReadonlySet<string>,
): Record<string, string | boolean> {
  const open = new Set<string>(['sub']);
  for (const [scope, names] of Object.entries(CLAIMS_BY_SCOPE)) {
    if (scopes.has(scope)) for (const name of names) open.add(name);
  }
  return Object.fromEntries(Object.entries(allClaims(user)).filter(([name]) => open.has(name)));
}
