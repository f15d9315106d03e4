/** A slice of a list that is too long for one answer. */
export interface ListParams {
  /** How many entries at most: 1 to 100, 50 by default. */
  readonly take?: number;
  /** Where to go on: the `next` of the slice before. */
  readonly from?: string;
}

/** A role of the person. */
export interface EffectiveRole {
  /** `rol_` and 16 letters and digits. */
  readonly id: string;
  readonly name: string;
  readonly description?: string;
}

/** Roles, as they are when the action asks. */
export interface RoleList {
  readonly roles: readonly EffectiveRole[];
  /** Give it as `from` to get more; absent at the end of the list. */
  readonly next?: string;
}

/** A group of the person. */
export interface UserGroup {
  /** `grp_` and 22 letters and digits. */
  readonly id: string;
  readonly name: string;
}

/** Groups, as they are when the action asks. */
export interface GroupList {
  readonly groups: readonly UserGroup[];
  /** Give it as `from` to get more; absent at the end of the list. */
  readonly next?: string;
}

/** The person's groups, read when the action asks. */
export interface GroupsAPI {
  /** In order of name. */
  getUserGroups(params?: ListParams): Promise<GroupList>;
  /**
   * Whether the person is in at least one of the groups.
   *
   * @param groups Ids or names of groups, compared exactly; at most 100.
   */
  hasGroupMembership(groups: readonly string[]): Promise<boolean>;
}

/**
 * The person's roles, own ones and those of the person's groups, read when the action asks. Names of own
 * ones alone are in `event.authorization.roles`.
 */
export interface RolesAPI {
  /** In order of name. */
  getUserEffectiveRoles(params?: ListParams): Promise<RoleList>;
  /**
   * Those of the person's roles that have one of the ids.
   *
   * @param ids At most 100.
   */
  getUserEffectiveRolesByIds(ids: readonly string[]): Promise<RoleList>;
  /**
   * Those of the person's roles that have one of the names, compared exactly.
   *
   * @param names At most 100.
   */
  getUserEffectiveRolesByNames(names: readonly string[]): Promise<RoleList>;
}
