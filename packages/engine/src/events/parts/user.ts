import type {
  EventIdentity,
  EventUser,
  PostLoginEvent,
  PreUserRegistrationEvent,
} from '@tessera/action-types';
import type { User } from '@tessera/model';
import { withoutUndefined } from '../../json/without-undefined.ts';
import type { EnrolledFactor } from '../facts.ts';

type RegisteringUser = Omit<User, 'userId' | 'createdAt' | 'updatedAt'>;

/** `event.user` of a person who is registered. */
export function buildUser(user: User): EventUser {
  return withoutUndefined({
    ...buildName(user),
    user_id: user.userId,
    email_verified: user.emailVerified,
    phone_verified: user.phoneVerified,
    app_metadata: { ...user.appMetadata },
    user_metadata: { ...user.userMetadata },
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
    last_password_reset: user.lastPasswordReset?.toISOString(),
  });
}

/** `event.user` of a person who logs in: with identities and second factors. */
export function buildPostLoginUser(
  user: User,
  enrolledFactors: readonly EnrolledFactor[] = [],
): PostLoginEvent['user'] {
  return {
    ...buildUser(user),
    identities: buildIdentities(user),
    enrolledFactors: enrolledFactors.map((factor) => ({ ...factor })),
    // One provider stands for all factors, under the name that Actions compare with.
    multifactor: enrolledFactors.length === 0 ? [] : ['guardian'],
  };
}

/** The ways in which a person can log in. */
export function buildIdentities(user: User): EventIdentity[] {
  return user.identities.map((identity) =>
    withoutUndefined({
      connection: identity.connection,
      provider: identity.provider,
      user_id: identity.userId,
      isSocial: identity.isSocial,
      profileData: identity.profileData as { [member: string]: string } | undefined,
    }),
  );
}

/** `event.user` of a person who is about to be registered. */
export function buildRegisteringUser(user: RegisteringUser): PreUserRegistrationEvent['user'] {
  return {
    ...buildName(user),
    app_metadata: { ...user.appMetadata },
    user_metadata: { ...user.userMetadata },
  };
}

/** What a person is called and reached by. */
function buildName(user: RegisteringUser) {
  return withoutUndefined({
    email: user.email,
    username: user.username,
    phone_number: user.phoneNumber,
    name: user.name,
    nickname: user.nickname,
    given_name: user.givenName,
    family_name: user.familyName,
    picture: user.picture,
  });
}
