import type { JsonObject } from '../json.ts';

/** One way in which a user can authenticate. */
export interface UserIdentity {
  readonly connection: string;
  /** Strategy of the connection; `auth0` for databases. */
  readonly provider: string;
  /** Id at the provider, without the `provider|` prefix. */
  readonly userId: string;
  readonly isSocial: boolean;
  readonly profileData?: JsonObject;
}

/** A person's profile. E-mail addresses are kept in lower case. */
export interface User {
  /** `auth0|` and 24 hex digits for database users. Unique in the tenant. */
  readonly userId: string;
  readonly email?: string;
  readonly emailVerified: boolean;
  readonly username?: string;
  readonly phoneNumber?: string;
  readonly phoneVerified?: boolean;
  readonly name?: string;
  readonly nickname?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly picture?: string;
  readonly identities: readonly UserIdentity[];
  readonly userMetadata: JsonObject;
  readonly appMetadata: JsonObject;
  readonly blocked: boolean;
  readonly lastIp?: string;
  readonly lastLogin?: Date;
  readonly lastPasswordReset?: Date;
  readonly loginsCount: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
/** Input of `UserRepository.create`. `passwordHash` is a PHC string. */
export type NewUser = Omit<
  User,
  'createdAt' | 'updatedAt' | 'loginsCount' | 'lastIp' | 'lastLogin'
> & {
  readonly passwordHash?: string;
};
/** Fields a change may set. `null` removes an optional one. */
export type UserPatch = {
  readonly [K in keyof Omit<User, 'userId' | 'createdAt' | 'updatedAt'>]?: User[K] | null;
} & { readonly passwordHash?: string };

/** A named set of permissions that users can hold. */
export interface Role {
  /** `rol_` and 16 letters and digits. */
  readonly id: string;
  readonly name: string;
  readonly description?: string;
}
/** A scope of an API, granted to a user or a role. */
export interface Permission {
  readonly resourceServerIdentifier: string;
  readonly permissionName: string;
}
