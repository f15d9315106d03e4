import type { Dictionary } from '../../shared/json.ts';

/** A slice of a list that is too long for one answer. */
export interface ListParams {
  /** How many entries at most. */
  readonly take?: number;
  /** Where to go on: what the slice before named as next. */
  readonly from?: string;
}

/** The person's groups. */
export interface GroupsAPI {
  getUserGroups(params?: ListParams): Promise<Dictionary>;
  /** @param groups Ids or names of groups. */
  hasGroupMembership(groups: readonly string[]): Promise<boolean>;
}

/** The person's roles, those that come from groups and organizations included. */
export interface RolesAPI {
  getUserEffectiveRoles(params?: ListParams): Promise<Dictionary>;
  getUserEffectiveRolesByIds(ids: readonly string[]): Promise<Dictionary>;
  getUserEffectiveRolesByNames(names: readonly string[]): Promise<Dictionary>;
}
