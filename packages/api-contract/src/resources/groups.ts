import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import {
  anyPage,
  checkpointPage,
  checkpointPaging,
  fieldSelection,
  totalsPaging,
} from '../paging.ts';
import { timestamp } from '../values.ts';
import { permissionSchema, rolesBody } from './permissions.ts';

/** Limits of groups. */
export const GROUP_LIMITS = {
  /** Groups of a tenant, hence also groups of one user. */
  perTenant: 1_000,
  /** Users that one request may add or remove. */
  membersPerRequest: 100,
  /** Groups that one request may give a role to or take it from. */
  groupsPerRequest: 100,
  nameCharacters: 128,
  externalIdCharacters: 256,
} as const;

const groupId = z.string().regex(/^grp_[1-9a-km-zA-HJ-NP-Z]{14,22}$/);
/** Names cannot be taken for ids: Actions ask for either. */
const name = z
  .string()
  .min(1)
  .max(GROUP_LIMITS.nameCharacters)
  .regex(/^(?!grp_)[\x20-\x7E]+$/)
  .describe('Name of the group: printable ASCII that does not begin with grp_.');
const externalId = z
  .string()
  .max(GROUP_LIMITS.externalIdCharacters)
  .describe('External identifier for the group, often used for synchronization.');

const createGroupSchema = z.strictObject({
  name,
  external_id: externalId.min(1).optional(),
});
const updateGroupSchema = z.strictObject({
  name: name.optional(),
  external_id: externalId.min(1).nullable().optional(),
});
export type CreateGroupBody = z.output<typeof createGroupSchema>;
export type UpdateGroupBody = z.output<typeof updateGroupSchema>;

const membersBody = z.strictObject({
  members: z
    .array(z.string().min(1).max(255))
    .min(1)
    .max(GROUP_LIMITS.membersPerRequest)
    .describe("user_id's of the users."),
});
const groupsBody = z.strictObject({
  groups: z.array(groupId).min(1).max(GROUP_LIMITS.groupsPerRequest).describe('IDs of groups.'),
});

const group = {
  id: z.string(),
  name: z.string(),
  external_id: z.string().optional(),
  tenant_name: z.string(),
  created_at: timestamp,
  updated_at: timestamp,
};
const groupSchema = z.strictObject(group);
export type WireGroup = z.output<typeof groupSchema>;
const listedGroup = groupSchema.partial();
const groupOfUser = listedGroup.extend({ membership_created_at: timestamp.optional() });
const groupMember = z
  .strictObject({
    id: z.string(),
    member_type: z.enum(['user']),
    type: z.enum(['tenant']).describe('Type of the group.'),
    created_at: timestamp,
  })
  .partial();
const groupRole = z.strictObject({ id: z.string(), name: z.string(), description: z.string() });
const effectivePermission = permissionSchema.extend({
  sources: z.array(z.enum(['direct', 'roles'])),
});
const ofApi = {
  resource_server_identifier: z
    .string()
    .min(1)
    .max(600)
    .describe('The identifier of the resource server for which to calculate user permissions.'),
};
const effectiveRole = groupRole.extend({ sources: z.array(z.enum(['direct', 'groups'])) });

const filters = {
  connection_id: z
    .string()
    .max(255)
    .optional()
    .describe(
      'Filter groups by connection ID: groups belong to the tenant, so that none is found.',
    ),
  name: z
    .string()
    .min(1)
    .max(GROUP_LIMITS.nameCharacters)
    .optional()
    .describe('Exactly this name.'),
  external_id: externalId.optional().describe('Exactly this external ID.'),
  search: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('Part of the name or of the external ID, without regard to case.'),
};
const tag = 'groups';

export const groupOperations = defineOperations({
  listGroups: {
    method: 'GET',
    path: '/groups',
    tag,
    summary: 'Get all Groups',
    scopes: ['read:groups'],
    query: z.strictObject({ ...totalsPaging, ...checkpointPaging, ...fieldSelection, ...filters }),
    responses: {
      200: {
        description: 'Groups successfully retrieved.',
        schema: anyPage('groups', listedGroup),
      },
    },
  },
  createGroup: {
    method: 'POST',
    path: '/groups',
    tag,
    summary: 'Create a Group (an addition of this server)',
    scopes: ['create:groups'],
    body: createGroupSchema,
    responses: { 201: { description: 'Group successfully created.', schema: groupSchema } },
  },
  getGroup: {
    method: 'GET',
    path: '/groups/{id}',
    tag,
    summary: 'Get a Group',
    scopes: ['read:groups'],
    responses: { 200: { description: 'Group successfully retrieved.', schema: groupSchema } },
  },
  updateGroup: {
    method: 'PATCH',
    path: '/groups/{id}',
    tag,
    summary: 'Update a Group (an addition of this server)',
    scopes: ['update:groups'],
    body: updateGroupSchema,
    responses: { 200: { description: 'Group successfully updated.', schema: groupSchema } },
  },
  deleteGroup: {
    method: 'DELETE',
    path: '/groups/{id}',
    tag,
    summary: 'Delete a Group',
    scopes: ['delete:groups'],
    responses: { 204: { description: 'Group successfully deleted.' } },
  },
  listGroupMembers: {
    method: 'GET',
    path: '/groups/{id}/members',
    tag,
    summary: 'Get Group Members',
    scopes: ['read:group_members'],
    query: z.strictObject({ ...checkpointPaging, ...fieldSelection }),
    responses: {
      200: {
        description: 'Group members successfully retrieved.',
        schema: checkpointPage('members', groupMember),
      },
    },
  },
  addGroupMembers: {
    method: 'POST',
    path: '/groups/{id}/members',
    tag,
    summary: 'Add users to a Group (an addition of this server)',
    scopes: ['create:group_members'],
    body: membersBody,
    responses: { 204: { description: 'Users successfully added to the group.' } },
  },
  removeGroupMembers: {
    method: 'DELETE',
    path: '/groups/{id}/members',
    tag,
    summary: 'Remove users from a Group (an addition of this server)',
    scopes: ['delete:group_members'],
    body: membersBody,
    responses: { 204: { description: 'Users successfully removed from the group.' } },
  },
  listGroupRoles: {
    method: 'GET',
    path: '/groups/{id}/roles',
    tag,
    summary: "Get a group's roles",
    scopes: ['read:group_roles'],
    query: z.strictObject(checkpointPaging),
    responses: {
      200: {
        description: "Group's roles successfully retrieved.",
        schema: checkpointPage('roles', groupRole),
      },
    },
  },
  assignGroupRoles: {
    method: 'POST',
    path: '/groups/{id}/roles',
    tag,
    summary: 'Assign roles to a group',
    scopes: ['create:group_roles'],
    body: rolesBody,
    responses: { 204: { description: 'Roles successfully assigned to group.' } },
  },
  removeGroupRoles: {
    method: 'DELETE',
    path: '/groups/{id}/roles',
    tag,
    summary: 'Remove roles from a group',
    scopes: ['delete:group_roles'],
    body: rolesBody,
    responses: { 204: { description: 'Roles successfully removed from group.' } },
  },
  listRoleGroups: {
    method: 'GET',
    path: '/roles/{id}/groups',
    tag: 'roles',
    summary: "Get a role's groups",
    scopes: ['read:group_roles'],
    query: z.strictObject(checkpointPaging),
    responses: {
      200: {
        description: "Role's groups successfully retrieved.",
        schema: checkpointPage('groups', groupSchema),
      },
    },
  },
  assignRoleGroups: {
    method: 'POST',
    path: '/roles/{id}/groups',
    tag: 'roles',
    summary: 'Assign groups to a role',
    scopes: ['create:group_roles'],
    body: groupsBody,
    responses: { 204: { description: 'Groups successfully assigned to role.' } },
  },
  removeRoleGroups: {
    method: 'DELETE',
    path: '/roles/{id}/groups',
    tag: 'roles',
    summary: 'Remove groups from a role',
    scopes: ['delete:group_roles'],
    body: groupsBody,
    responses: { 204: { description: 'Groups successfully removed from role.' } },
  },
});

/** What a user has by groups. */
export const userGroupOperations = defineOperations({
  listUserGroups: {
    method: 'GET',
    path: '/users/{id}/groups',
    tag: 'users',
    summary: "Get user's groups",
    scopes: ['read:groups'],
    query: z.strictObject({ ...totalsPaging, ...checkpointPaging, ...fieldSelection }),
    responses: {
      200: {
        description: 'Groups successfully retrieved.',
        schema: anyPage('groups', groupOfUser),
      },
    },
  },
  listUserEffectiveRoles: {
    method: 'GET',
    path: '/users/{id}/effective-roles',
    tag: 'users',
    summary:
      'Lists the roles for a user with sources: directly assigned or through group membership.',
    scopes: ['read:user_effective_roles'],
    query: z.strictObject(checkpointPaging),
    responses: {
      200: {
        description: "User's effective roles successfully retrieved.",
        schema: checkpointPage('roles', effectiveRole),
      },
    },
  },
  listUserRoleSourceGroups: {
    method: 'GET',
    path: '/users/{id}/effective-roles/sources/groups',
    tag: 'users',
    summary: "Get a user's role source groups",
    scopes: ['read:user_role_source_groups'],
    query: z.strictObject({
      ...checkpointPaging,
      role_id: z.string().min(1).max(255).describe('ID of the role to get source groups for.'),
    }),
    responses: {
      200: {
        description: "User's role source groups successfully retrieved.",
        schema: checkpointPage('groups', groupSchema),
      },
    },
  },
  listUserEffectivePermissions: {
    method: 'GET',
    path: '/users/{id}/effective-permissions',
    tag: 'users',
    summary: 'Lists the permissions assigned to a user directly or through roles or groups.',
    scopes: ['read:user_effective_permissions'],
    query: z.strictObject({ ...checkpointPaging, ...ofApi }),
    responses: {
      200: {
        description: "User's effective permissions successfully retrieved.",
        schema: checkpointPage('permissions', effectivePermission),
      },
    },
  },
  listUserPermissionSourceRoles: {
    method: 'GET',
    path: '/users/{id}/effective-permissions/sources/effective-roles',
    tag: 'users',
    summary:
      'Lists the roles which grant the user a given permission (whether directly or through groups).',
    scopes: ['read:user_permission_source_roles'],
    query: z.strictObject({
      ...checkpointPaging,
      ...ofApi,
      permission_name: z.string().min(1).max(280).describe('Name of this permission'),
    }),
    responses: {
      200: {
        description: "User's effective permission role sources successfully retrieved.",
        schema: checkpointPage('roles', effectiveRole),
      },
    },
  },
});
