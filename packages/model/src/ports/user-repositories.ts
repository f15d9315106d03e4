import type { EffectivePermission, EffectiveRole } from '../entities/group.ts';
import type { SigningKey } from '../entities/tenant.ts';
import type { NewUser, Permission, Role, User, UserPatch } from '../entities/user.ts';
import type { JsonObject } from '../json.ts';
import type { Page, PageQuery } from './page.ts';

/** How a database user is identified at login. Compared without regard to case. */
export type UserIdentifier =
  | { readonly email: string }
  | { readonly username: string }
  | { readonly phoneNumber: string };

export interface UserRepository {
  /** Rejects with `user_exists` when the e-mail, username or phone number is taken in the connection. */
  create(user: NewUser): Promise<User>;
  /** Users who are linked to another are not found, here and in lists: they are identities of that one. */
  find(userId: string): Promise<User | undefined>;
  /** The user of an id, or the one whom that is linked to. */
  findPrimary(userId: string): Promise<User | undefined>;
  /** The row of an id itself, also while it is linked: whose credentials and address these are. */
  findAccount(userId: string): Promise<User | undefined>;
  /** Finds a user of one connection, also one who is linked: whose credentials these are. */
  findByIdentifier(connection: string, identifier: UserIdentifier): Promise<User | undefined>;
  /** All users with the e-mail, over all connections. */
  listByEmail(email: string): Promise<readonly User[]>;
  /** Newest first. */
  list(
    query: PageQuery & { readonly q?: string; readonly connection?: string },
  ): Promise<Page<User>>;
  update(userId: string, patch: UserPatch): Promise<User | undefined>;
  /**
   * Merges members into the metadata in one statement; `null` removes a member. Other members stay,
   * also those that another replica writes at the same time.
   */
  mergeMetadata(
    userId: string,
    patch: { readonly userMetadata?: JsonObject; readonly appMetadata?: JsonObject },
  ): Promise<User | undefined>;
  /**
   * Counts a login: `loginsCount` + 1, `lastLogin`, `lastIp`. Returns the user as it is then; for the
   * credentials of one who is linked, the user whom they are linked to.
   */
  recordLogin(
    userId: string,
    login: { readonly ip: string; readonly at: Date },
  ): Promise<User | undefined>;
  /** PHC string of the password, for verification only. */
  findPasswordHash(userId: string): Promise<string | undefined>;
  /**
   * Makes the identities of one user identities of another. The first one's sessions and tokens end; its
   * credentials stay and log in as the other. Rejects with `not_found` when either does not exist, and
   * with `conflict` when they are the same.
   */
  link(primaryId: string, secondaryId: string): Promise<User>;
  /** Makes a linked identity a user again. Undefined when the user has no such further identity. */
  unlink(
    primaryId: string,
    identity: { readonly provider: string; readonly userId: string },
  ): Promise<User | undefined>;
  /** Also deletes sessions, grants, refresh tokens and role assignments. */
  delete(userId: string): Promise<boolean>;
}

export interface RoleRepository {
  create(role: Role): Promise<Role>;
  find(id: string): Promise<Role | undefined>;
  list(query: PageQuery & { readonly nameFilter?: string }): Promise<Page<Role>>;
  update(id: string, patch: Partial<Omit<Role, 'id'>>): Promise<Role | undefined>;
  delete(id: string): Promise<boolean>;
  addPermissions(roleId: string, permissions: readonly Permission[]): Promise<void>;
  removePermissions(roleId: string, permissions: readonly Permission[]): Promise<void>;
  listPermissions(roleId: string, query: PageQuery): Promise<Page<Permission>>;
  assign(userId: string, roleIds: readonly string[]): Promise<void>;
  unassign(userId: string, roleIds: readonly string[]): Promise<void>;
  /** Roles that are the user's own, without those of groups. */
  listForUser(userId: string, query: PageQuery): Promise<Page<Role>>;
  /**
   * The user's own roles and those of the user's groups, each once, in order of creation; with
   * `granting`, those of them that hold this permission.
   */
  listEffective(
    userId: string,
    query: PageQuery & { readonly granting?: Permission },
  ): Promise<Page<EffectiveRole>>;
  listUsers(roleId: string, query: PageQuery): Promise<Page<string>>;
  grantToUser(userId: string, permissions: readonly Permission[]): Promise<void>;
  revokeFromUser(userId: string, permissions: readonly Permission[]): Promise<void>;
  listUserPermissions(userId: string, query: PageQuery): Promise<Page<Permission>>;
  /** Names of all permissions of a user for an API: direct, by roles, by roles of groups; one query. */
  listEffectivePermissions(userId: string, audience: string): Promise<readonly string[]>;
  /** The same permissions with where they come from, in order of name. */
  listPermissionSources(
    userId: string,
    query: PageQuery & { readonly audience: string },
  ): Promise<Page<EffectivePermission>>;
}

export interface SigningKeyRepository {
  /** `current` first, then `next`, then `previous`; no revoked ones. Decrypted; cached like clients. */
  list(): Promise<readonly SigningKey[]>;
  create(key: SigningKey): Promise<void>;
  /** Makes `next` current and `current` previous, and adds `newNext`, in one transaction. */
  rotate(newNext: SigningKey): Promise<void>;
  revoke(kid: string): Promise<boolean>;
}
