import { z } from 'zod';

/** Most permissions, roles or users that one request may name. */
const MAX_ASSIGNMENTS = 1_000;

const permissionRef = z.strictObject({
  resource_server_identifier: z
    .string()
    .min(1)
    .max(600)
    .describe('Resource server (API) identifier that this permission is for.'),
  permission_name: z.string().min(1).max(280).describe('Name of this permission.'),
});
export const permissionsBody = z.strictObject({
  permissions: z
    .array(permissionRef)
    .min(1)
    .max(MAX_ASSIGNMENTS)
    .describe('array of resource_server_identifier, permission_name pairs.'),
});
export type PermissionsBody = z.output<typeof permissionsBody>;

export const permissionSchema = z.strictObject({
  permission_name: z.string(),
  description: z.string().optional(),
  resource_server_name: z.string().optional(),
  resource_server_identifier: z.string(),
});
/** A permission of a user also says where it comes from. */
export const userPermissionSchema = permissionSchema.extend({
  sources: z
    .array(
      z.strictObject({ source_id: z.string(), source_name: z.string(), source_type: z.string() }),
    )
    .optional(),
});

export const rolesBody = z.strictObject({
  roles: z
    .array(z.string().min(1).max(255))
    .min(1)
    .max(MAX_ASSIGNMENTS)
    .describe('List of roles IDs.'),
});
export const usersBody = z.strictObject({
  users: z
    .array(z.string().min(1).max(255))
    .min(1)
    .max(MAX_ASSIGNMENTS)
    .describe("user_id's of the users to assign the role to."),
});
