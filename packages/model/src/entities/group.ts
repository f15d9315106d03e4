import type { Permission, Role } from './user.ts';

/** A named set of users. What its roles permit, every member may. */
export interface Group {
  /** `grp_` and 22 characters of base58. */
  readonly id: string;
  /** Unique in the tenant, compared exactly. */
  readonly name: string;
  /** What another system calls it. Nothing here depends on it, and several groups may share one. */
  readonly externalId?: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
/** Input of `GroupRepository.create`. */
export type NewGroup = Pick<Group, 'id' | 'name' | 'externalId'>;
/** Fields a change may set. `null` removes an optional one. */
export interface GroupPatch {
  readonly name?: string;
  readonly externalId?: string | null;
}

/** A user in a group. */
export interface GroupMember {
  readonly userId: string;
  readonly createdAt: Date;
}
/** A group of a user. */
export interface GroupOfUser extends Group {
  readonly memberSince: Date;
}

/** Why a user holds a role: it is the user's own, or a group's. */
export type RoleSource = 'direct' | 'groups';
/** A role of a user, with every reason for it. */
export interface EffectiveRole extends Role {
  /** In order of the alphabet; at least one. */
  readonly sources: readonly RoleSource[];
}

/** A permission of a user, with every reason for it. */
export interface EffectivePermission extends Permission {
  /** `roles` are own ones and those of groups. In order of the alphabet; at least one. */
  readonly sources: readonly ('direct' | 'roles')[];
}
