import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';
import { anyPage, fieldSelection, totalsPaging } from '../paging.ts';
import { absoluteUriOrEmpty, emailAddress, queryBoolean } from '../values.ts';
import { logEntrySchema } from './logs.ts';
import { permissionsBody, rolesBody, userPermissionSchema } from './permissions.ts';
import { roleSchema } from './roles.ts';

/** A password is hashed, so its length costs; longer ones are refused. */
const MAX_PASSWORD_LENGTH = 512;
/** Longest user id, provider prefix included. */
const MAX_USER_ID_LENGTH = 255;

const profile = {
  email: emailAddress.describe("The user's email."),
  phone_number: z
    .string()
    .regex(/^\+[0-9]{1,15}$/)
    .describe("The user's phone number (following the E.164 recommendation)."),
  given_name: z.string().min(1).max(150).describe("The user's given name(s)."),
  family_name: z.string().min(1).max(150).describe("The user's family name(s)."),
  name: z.string().min(1).max(300).describe("The user's full name."),
  nickname: z.string().min(1).max(300).describe("The user's nickname."),
  picture: absoluteUriOrEmpty.min(1).describe("A URI pointing to the user's picture."),
  username: z.string().min(1).max(128).regex(/^\S+$/).describe("The user's username."),
};
const password = z
  .string()
  .min(1)
  .max(MAX_PASSWORD_LENGTH)
  .describe('Password of the user. It is hashed and never answered.');
const flags = {
  blocked: z
    .boolean()
    .describe('Whether this user was blocked by an administrator (true) or not (false).'),
  email_verified: z
    .boolean()
    .describe('Whether this email address is verified (true) or unverified (false).'),
  phone_verified: z
    .boolean()
    .describe('Whether this phone number has been verified (true) or not (false).'),
  verify_email: z.boolean().describe('Whether a mail asks to verify the address.'),
};
const metadata = {
  user_metadata: jsonObjectSchema.describe(
    'User metadata to which this user has read/write access.',
  ),
  app_metadata: jsonObjectSchema.describe('User metadata to which this user has read-only access.'),
};

const createUserSchema = z.strictObject({
  ...z.object({ ...profile, ...flags, ...metadata, password }).partial().shape,
  user_id: z
    .string()
    .min(1)
    .max(MAX_USER_ID_LENGTH - 32)
    .regex(/^[^\s|]+$/)
    .optional()
    .describe("The external user's id provided by the identity provider."),
  connection: z
    .string()
    .min(1)
    .max(128)
    .describe('Name of the connection this user should be created in.'),
});
const updateUserSchema = z.strictObject({
  ...z.object({ ...flags, ...metadata, verify_phone_number: z.boolean() }).partial().shape,
  email: profile.email.nullable().optional(),
  phone_number: profile.phone_number.nullable().optional(),
  given_name: profile.given_name.nullable().optional(),
  family_name: profile.family_name.nullable().optional(),
  name: profile.name.nullable().optional(),
  nickname: profile.nickname.nullable().optional(),
  picture: profile.picture.nullable().optional(),
  username: profile.username.nullable().optional(),
  password: password.nullable().optional(),
  connection: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('Name of the connection to target for this user update.'),
  client_id: z.string().min(1).max(120).optional().describe('Accepted; nothing depends on it.'),
});
export type CreateUserBody = z.output<typeof createUserSchema>;
export type UpdateUserBody = z.output<typeof updateUserSchema>;

/** A user. Which properties it has depends on what is known. */
const userSchema = z
  .strictObject({
    blocked: z.boolean(),
    created_at: z.string(),
    email: z.string(),
    email_verified: z.boolean(),
    family_name: z.string(),
    given_name: z.string(),
    identities: z.array(
      z.strictObject({
        connection: z.string(),
        user_id: z.string(),
        provider: z.string(),
        isSocial: z.boolean(),
        profileData: jsonObjectSchema.optional(),
      }),
    ),
    name: z.string(),
    nickname: z.string(),
    phone_number: z.string(),
    phone_verified: z.boolean(),
    picture: z.string(),
    updated_at: z.string(),
    user_id: z.string(),
    user_metadata: jsonObjectSchema,
    username: z.string(),
    last_password_reset: z.string(),
    app_metadata: jsonObjectSchema,
    last_ip: z.string(),
    last_login: z.string(),
    logins_count: z.int(),
  })
  .partial();

const tag = 'users';
const empty = z.strictObject({});

export const userOperations = defineOperations({
  listUsers: {
    method: 'GET',
    path: '/users',
    tag,
    summary: 'List or Search Users',
    scopes: ['read:users', 'read:user_idp_tokens'],
    query: z.strictObject({
      ...totalsPaging,
      ...fieldSelection,
      sort: z
        .string()
        .max(100)
        .optional()
        .describe('Field to sort by, as `created_at:-1`; that is the only one.'),
      connection: z.string().max(128).optional().describe('Connection filter.'),
      q: z.string().max(2_000).optional().describe('Query in Lucene query string syntax.'),
      search_engine: z
        .enum(['v1', 'v2', 'v3'])
        .optional()
        .describe('Accepted; there is one engine.'),
      primary_order: queryBoolean.optional().describe('Accepted; nothing depends on it.'),
    }),
    responses: {
      200: { description: 'Users successfully retrieved.', schema: anyPage('users', userSchema) },
    },
  },
  createUser: {
    method: 'POST',
    path: '/users',
    tag,
    summary: 'Create a User',
    scopes: ['create:users'],
    body: createUserSchema,
    responses: { 201: { description: 'User successfully created.', schema: userSchema } },
  },
  listUsersByEmail: {
    method: 'GET',
    path: '/users-by-email',
    tag,
    summary: 'Search Users by Email',
    scopes: ['read:users'],
    query: z.strictObject({
      ...fieldSelection,
      email: emailAddress.describe('Email address to search for (case-insensitive).'),
    }),
    responses: {
      200: { description: 'Users successfully searched.', schema: z.array(userSchema) },
    },
  },
  getUser: {
    method: 'GET',
    path: '/users/{id}',
    tag,
    summary: 'Get a User',
    scopes: ['read:users', 'read:user_idp_tokens'],
    query: z.strictObject(fieldSelection),
    responses: { 200: { description: 'User successfully retrieved.', schema: userSchema } },
  },
  updateUser: {
    method: 'PATCH',
    path: '/users/{id}',
    tag,
    summary: 'Update a User',
    scopes: ['update:users', 'update:users_app_metadata'],
    body: updateUserSchema,
    responses: { 200: { description: 'User successfully updated.', schema: userSchema } },
  },
  deleteUser: {
    method: 'DELETE',
    path: '/users/{id}',
    tag,
    summary: 'Delete a User',
    scopes: ['delete:users'],
    responses: { 204: { description: 'User successfully deleted.' } },
  },
  listUserRoles: {
    method: 'GET',
    path: '/users/{id}/roles',
    tag,
    summary: "Get a user's roles",
    scopes: ['read:users', 'read:roles'],
    scopeRule: 'all',
    query: z.strictObject(totalsPaging),
    responses: {
      200: { description: 'Roles successfully retrieved.', schema: anyPage('roles', roleSchema) },
    },
  },
  assignUserRoles: {
    method: 'POST',
    path: '/users/{id}/roles',
    tag,
    summary: 'Assign roles to a user',
    scopes: ['update:users', 'create:role_members'],
    body: rolesBody,
    responses: { 204: { description: 'Roles successfully associated with user.' } },
  },
  removeUserRoles: {
    method: 'DELETE',
    path: '/users/{id}/roles',
    tag,
    summary: 'Removes roles from a user',
    scopes: ['update:users', 'delete:role_members'],
    body: rolesBody,
    responses: { 204: { description: 'Users roles successfully removed.' } },
  },
  listUserPermissions: {
    method: 'GET',
    path: '/users/{id}/permissions',
    tag,
    summary: "Get a User's Permissions",
    scopes: ['read:users'],
    query: z.strictObject(totalsPaging),
    responses: {
      200: {
        description: 'Permissions successfully retrieved.',
        schema: anyPage('permissions', userPermissionSchema),
      },
    },
  },
  addUserPermissions: {
    method: 'POST',
    path: '/users/{id}/permissions',
    tag,
    summary: 'Assign Permissions to a User',
    scopes: ['update:users'],
    body: permissionsBody,
    responses: { 201: { description: 'Permissions assigned to user.', schema: empty } },
  },
  removeUserPermissions: {
    method: 'DELETE',
    path: '/users/{id}/permissions',
    tag,
    summary: 'Remove Permissions from a User',
    scopes: ['update:users'],
    body: permissionsBody,
    responses: { 204: { description: 'User permissions removed.' } },
  },
  listUserLogs: {
    method: 'GET',
    path: '/users/{id}/logs',
    tag,
    summary: "Get user's log events",
    scopes: ['read:logs', 'read:logs_users'],
    query: z.strictObject({ ...totalsPaging, sort: z.string().max(50).optional() }),
    responses: {
      200: { description: 'Logs successfully retrieved.', schema: anyPage('logs', logEntrySchema) },
    },
  },
});
