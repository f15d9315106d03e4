import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';
import { anyPage, checkpointPaging, fieldSelection, totalsPaging } from '../paging.ts';
import { queryInteger, queryList, timestamp } from '../values.ts';
import { connectionOptionsSchema } from './connection-options.ts';

/** Most clients that one change of the enable list may name. */
const MAX_CLIENT_CHANGES = 50;

const settings = {
  display_name: z
    .string()
    .max(128)
    .optional()
    .describe('Connection name used in the new universal login experience'),
  enabled_clients: z
    .array(z.string().min(1).max(120))
    .max(1_000)
    .optional()
    .describe('The client_ids for which the connection is enabled.'),
  is_domain_connection: z
    .boolean()
    .optional()
    .describe(
      'true promotes to a domain-level connection so that third-party applications can use it.',
    ),
  show_as_button: z.boolean().optional(),
  realms: z
    .array(z.string().min(1).max(128))
    .max(50)
    .optional()
    .describe('Defines the realms for which the connection will be used (ie: email domains).'),
  metadata: z
    .record(z.string().min(1).max(255), z.string().max(255).nullable())
    .refine((entries) => Object.keys(entries).length <= 10, {
      error: 'Too many properties defined, maximum 10',
    })
    .optional()
    .describe(
      'Metadata associated with the connection in the form of an object with string values (max 255 chars). Maximum of 10 metadata properties allowed.',
    ),
  authentication: z.strictObject({ active: z.boolean() }).optional(),
  connected_accounts: z
    .strictObject({ active: z.boolean(), cross_app_access: z.boolean().optional() })
    .optional(),
};

const createConnectionSchema = z.strictObject({
  cross_app_access_requesting_app: z.strictObject({ active: z.boolean() }).optional(),
  name: z
    .string()
    .max(128)
    .regex(/^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$/)
    .describe(
      'The name of the connection. Must start and end with an alphanumeric character and can only contain alphanumeric characters and "-".',
    ),
  strategy: z
    .string()
    .min(1)
    .max(50)
    .describe(
      'The identity provider identifier for the connection: `auth0` (a database), `email` or `sms` (passwordless), `oidc` (an upstream provider).',
    ),
  options: connectionOptionsSchema.optional(),
  ...settings,
});
const updateConnectionSchema = z.strictObject({
  options: connectionOptionsSchema.nullable().optional(),
  ...settings,
});
export type CreateConnectionBody = z.output<typeof createConnectionSchema>;
export type UpdateConnectionBody = z.output<typeof updateConnectionSchema>;

const connectionSchema = z
  .strictObject({
    id: z.string(),
    options: jsonObjectSchema,
    strategy: z.string(),
    name: z.string(),
    display_name: z.string(),
    is_domain_connection: z.boolean(),
    show_as_button: z.boolean(),
    authentication: z.strictObject({ active: z.boolean() }),
    connected_accounts: z.strictObject({
      active: z.boolean(),
      cross_app_access: z.boolean().optional(),
    }),
    metadata: z.record(z.string(), z.string()),
    enabled_clients: z.array(z.string()),
    realms: z.array(z.string()),
  })
  .partial();

const tag = 'connections';

export const connectionOperations = defineOperations({
  listConnections: {
    method: 'GET',
    path: '/connections',
    tag,
    summary: 'Get all connections',
    scopes: ['read:connections'],
    query: z.strictObject({
      ...fieldSelection,
      ...totalsPaging,
      ...checkpointPaging,
      strategy: queryList(z.string().min(1).max(50))
        .optional()
        .describe('Provide strategies to only retrieve connections with such strategies'),
      name: z
        .string()
        .min(1)
        .max(128)
        .optional()
        .describe('Provide the name of the connection to retrieve'),
    }),
    responses: {
      200: {
        description: 'The connections were retrieved.',
        schema: anyPage('connections', connectionSchema),
      },
    },
  },
  createConnection: {
    method: 'POST',
    path: '/connections',
    tag,
    summary: 'Create a connection',
    scopes: ['create:connections'],
    body: createConnectionSchema,
    responses: { 201: { description: 'The connection was created.', schema: connectionSchema } },
  },
  getConnection: {
    method: 'GET',
    path: '/connections/{id}',
    tag,
    summary: 'Get a connection',
    scopes: ['read:connections'],
    query: z.strictObject(fieldSelection),
    responses: { 200: { description: 'The connection was retrieved.', schema: connectionSchema } },
  },
  updateConnection: {
    method: 'PATCH',
    path: '/connections/{id}',
    tag,
    summary: 'Update a connection',
    scopes: ['update:connections'],
    body: updateConnectionSchema,
    responses: { 200: { description: 'The connection was updated.', schema: connectionSchema } },
  },
  deleteConnection: {
    method: 'DELETE',
    path: '/connections/{id}',
    tag,
    summary: 'Delete a connection',
    scopes: ['delete:connections'],
    responses: {
      202: {
        description: 'The connection is deleted.',
        schema: z.strictObject({ deleted_at: timestamp }),
      },
      204: { description: 'The connection no longer exists.' },
    },
  },
  listConnectionClients: {
    method: 'GET',
    path: '/connections/{id}/clients',
    tag,
    summary: 'Get enabled clients for a connection',
    scopes: ['read:connections'],
    query: z.strictObject({ from: checkpointPaging.from, take: queryInteger(1, 1_000).optional() }),
    responses: {
      200: {
        description: 'Success',
        schema: z.strictObject({
          clients: z.array(z.strictObject({ client_id: z.string() })),
          next: z.string().optional(),
        }),
      },
    },
  },
  updateConnectionClients: {
    method: 'PATCH',
    path: '/connections/{id}/clients',
    tag,
    summary: 'Update enabled clients for a connection',
    scopes: ['update:connections'],
    body: z
      .array(z.strictObject({ client_id: z.string().min(1).max(120), status: z.boolean() }))
      .min(1)
      .max(MAX_CLIENT_CHANGES),
    responses: { 204: { description: 'Success' } },
  },
});
