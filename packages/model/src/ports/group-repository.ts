import type { Group, GroupMember, GroupOfUser, GroupPatch, NewGroup } from '../entities/group.ts';
import type { Role } from '../entities/user.ts';
import type { Page, PageQuery } from './page.ts';

/** Which groups a list holds; all conditions together. */
export interface GroupFilter {
  /** Exactly this name. */
  readonly name?: string;
  /** Exactly this external id. */
  readonly externalId?: string;
  /** Part of the name or of the external id, without regard to case. */
  readonly search?: string;
}

/**
 * Groups of users. Users who are linked to another are in no list and in no group while they are:
 * their memberships rest, as their roles do.
 */
export interface GroupRepository {
  /** Rejects with `conflict` when the name is taken. */
  create(group: NewGroup): Promise<Group>;
  find(id: string): Promise<Group | undefined>;
  /** In order of creation. */
  list(query: PageQuery & GroupFilter): Promise<Page<Group>>;
  count(): Promise<number>;
  /** Rejects with `conflict` when the name is taken. */
  update(id: string, patch: GroupPatch): Promise<Group | undefined>;
  /** Also ends its memberships and takes its roles from it. */
  delete(id: string): Promise<boolean>;
  /** Those who are members already stay so. Rejects with `not_found` when group or user does not exist. */
  addMembers(groupId: string, userIds: readonly string[]): Promise<void>;
  /** Users who are not members are no error. */
  removeMembers(groupId: string, userIds: readonly string[]): Promise<void>;
  /** In order of joining. */
  listMembers(groupId: string, query: PageQuery): Promise<Page<GroupMember>>;
  /** In order of the groups' creation. */
  listForUser(userId: string, query: PageQuery): Promise<Page<GroupOfUser>>;
  /** Whether the user is in at least one group that has one of the ids or names; one query. */
  isMember(userId: string, idsOrNames: readonly string[]): Promise<boolean>;
  /** Roles that it has already stay. Rejects with `not_found` when group or role does not exist. */
  assignRoles(groupId: string, roleIds: readonly string[]): Promise<void>;
  /** Roles that it does not have are no error. */
  unassignRoles(groupId: string, roleIds: readonly string[]): Promise<void>;
  /** In order of the roles' creation. */
  listRoles(groupId: string, query: PageQuery): Promise<Page<Role>>;
  /** Groups that have a role; with `memberId`, those that give it to this user. In order of creation. */
  listForRole(
    roleId: string,
    query: PageQuery & { readonly memberId?: string },
  ): Promise<Page<Group>>;
}
