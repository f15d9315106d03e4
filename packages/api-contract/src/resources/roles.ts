import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { anyPage, checkpointPaging, totalsPaging } from '../paging.ts';
import { permissionSchema, permissionsBody, usersBody } from './permissions.ts';

const name = z.string().min(1).max(255).describe('Name of the role.');
const description = z.string().max(500).describe('Description of the role.');

const createRoleSchema = z.strictObject({
  name,
  description: description.optional(),
  type: z.enum(['tenant']).optional().describe('Roles belong to the tenant.'),
});
const updateRoleSchema = z.strictObject({
  name: name.optional(),
  description: description.optional(),
});
export type CreateRoleBody = z.output<typeof createRoleSchema>;
export type UpdateRoleBody = z.output<typeof updateRoleSchema>;

export const roleSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  type: z.string().optional(),
});
const roleUser = z.strictObject({
  user_id: z.string(),
  email: z.string().optional(),
  picture: z.string().optional(),
  name: z.string().optional(),
});

const tag = 'roles';
const empty = z.strictObject({});

export const roleOperations = defineOperations({
  listRoles: {
    method: 'GET',
    path: '/roles',
    tag,
    summary: 'Get roles',
    scopes: ['read:roles'],
    query: z.strictObject({
      ...totalsPaging,
      name_filter: z
        .string()
        .max(255)
        .optional()
        .describe('Optional filter on name (case-insensitive).'),
      type: z.enum(['tenant']).optional().describe('Optional filter on the type of the role.'),
    }),
    responses: {
      200: { description: 'Roles successfully retrieved.', schema: anyPage('roles', roleSchema) },
    },
  },
  createRole: {
    method: 'POST',
    path: '/roles',
    tag,
    summary: 'Create a role',
    scopes: ['create:roles'],
    body: createRoleSchema,
    responses: { 200: { description: 'Role successfully created.', schema: roleSchema } },
  },
  getRole: {
    method: 'GET',
    path: '/roles/{id}',
    tag,
    summary: 'Get a role',
    scopes: ['read:roles'],
    responses: { 200: { description: 'Role successfully retrieved.', schema: roleSchema } },
  },
  updateRole: {
    method: 'PATCH',
    path: '/roles/{id}',
    tag,
    summary: 'Update a role',
    scopes: ['update:roles'],
    body: updateRoleSchema,
    responses: { 200: { description: 'Role successfully updated.', schema: roleSchema } },
  },
  deleteRole: {
    method: 'DELETE',
    path: '/roles/{id}',
    tag,
    summary: 'Delete a role',
    scopes: ['delete:roles'],
    responses: { 200: { description: 'Role successfully deleted.', schema: empty } },
  },
  listRolePermissions: {
    method: 'GET',
    path: '/roles/{id}/permissions',
    tag,
    summary: 'Get permissions granted by role',
    scopes: ['read:roles'],
    query: z.strictObject(totalsPaging),
    responses: {
      200: {
        description: 'Role permissions successfully retrieved.',
        schema: anyPage('permissions', permissionSchema),
      },
    },
  },
  addRolePermissions: {
    method: 'POST',
    path: '/roles/{id}/permissions',
    tag,
    summary: 'Associate permissions with a role',
    scopes: ['update:roles'],
    body: permissionsBody,
    responses: { 201: { description: 'Role permissions updated.', schema: empty } },
  },
  removeRolePermissions: {
    method: 'DELETE',
    path: '/roles/{id}/permissions',
    tag,
    summary: 'Remove permissions from a role',
    scopes: ['update:roles'],
    body: permissionsBody,
    responses: { 204: { description: 'Role permissions successfully updated.' } },
  },
  listRoleUsers: {
    method: 'GET',
    path: '/roles/{id}/users',
    tag,
    summary: "Get a role's users",
    scopes: ['read:users', 'read:roles'],
    scopeRule: 'all',
    query: z.strictObject({ ...totalsPaging, ...checkpointPaging }),
    responses: {
      200: {
        description: 'Role users successfully retrieved.',
        schema: anyPage('users', roleUser),
      },
    },
  },
  assignRoleUsers: {
    method: 'POST',
    path: '/roles/{id}/users',
    tag,
    summary: 'Assign users to a role',
    scopes: ['update:roles', 'create:role_members'],
    body: usersBody,
    responses: { 200: { description: 'Role users successfully updated.', schema: empty } },
  },
});
