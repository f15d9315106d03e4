import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { anyPage, checkpointPaging, fieldSelection, totalsPaging } from '../paging.ts';
import { queryBoolean } from '../values.ts';
import {
  clientCreateExtras,
  clientExtras,
  clientMetadata,
  clientMetadataPatch,
  clientSettings,
  optionalShape,
} from './client-settings.ts';

const createClientSchema = z.strictObject({
  ...optionalShape(clientSettings),
  name: clientSettings.name,
  client_metadata: clientMetadata.optional(),
  refresh_token: clientSettings.refresh_token.nullable().optional(),
  ...optionalShape(clientExtras),
  ...optionalShape(clientCreateExtras),
});
const updateClientSchema = z.strictObject({
  ...optionalShape(clientSettings),
  client_secret: z
    .string()
    .min(16)
    .max(256)
    .optional()
    .describe('The secret used to sign tokens for the client'),
  client_metadata: clientMetadataPatch.optional(),
  description: clientSettings.description.nullable().optional(),
  token_endpoint_auth_method: clientSettings.token_endpoint_auth_method.nullable().optional(),
  refresh_token: clientSettings.refresh_token.nullable().optional(),
  ...optionalShape(clientExtras),
});
export type CreateClientBody = z.output<typeof createClientSchema>;
export type UpdateClientBody = z.output<typeof updateClientSchema>;

/** A client. Which other properties it has depends on what was set. */
const clientSchema = z
  .looseObject({
    name: z.string(),
    client_id: z.string(),
    /** Needs a scope that reads keys. */
    client_secret: z.string(),
    app_type: z.string(),
    is_first_party: z.boolean(),
    oidc_conformant: z.boolean(),
    callbacks: z.array(z.string()),
    grant_types: z.array(z.string()),
    jwt_configuration: z.looseObject({}),
    signing_keys: z.array(
      z.strictObject({ cert: z.string(), pkcs7: z.string(), subject: z.string() }),
    ),
  })
  .partial();

const readScopes = [
  'read:clients',
  'read:client_keys',
  'read:client_credentials',
  'read:client_summary',
];
const tag = 'clients';

export const clientOperations = defineOperations({
  listClients: {
    method: 'GET',
    path: '/clients',
    tag,
    summary: 'Get clients',
    scopes: readScopes,
    query: z.strictObject({
      ...fieldSelection,
      ...totalsPaging,
      ...checkpointPaging,
      is_global: queryBoolean
        .optional()
        .describe('Optional filter on the global client parameter.'),
      is_first_party: queryBoolean
        .optional()
        .describe('Optional filter on whether or not a client is a first-party client.'),
      app_type: z
        .string()
        .max(500)
        .optional()
        .describe('Optional filter by a comma-separated list of application types.'),
    }),
    responses: {
      200: {
        description: 'Clients successfully retrieved.',
        schema: anyPage('clients', clientSchema),
      },
    },
  },
  createClient: {
    method: 'POST',
    path: '/clients',
    tag,
    summary: 'Create a client',
    scopes: ['create:clients'],
    body: createClientSchema,
    responses: { 201: { description: 'Client successfully created.', schema: clientSchema } },
  },
  getClient: {
    method: 'GET',
    path: '/clients/{id}',
    tag,
    summary: 'Get client by ID',
    scopes: readScopes,
    query: z.strictObject(fieldSelection),
    responses: { 200: { description: 'Client successfully retrieved.', schema: clientSchema } },
  },
  updateClient: {
    method: 'PATCH',
    path: '/clients/{id}',
    tag,
    summary: 'Update a client',
    scopes: ['update:clients', 'update:client_keys', 'update:client_credentials'],
    body: updateClientSchema,
    responses: { 200: { description: 'Client successfully updated.', schema: clientSchema } },
  },
  deleteClient: {
    method: 'DELETE',
    path: '/clients/{id}',
    tag,
    summary: 'Delete a client',
    scopes: ['delete:clients'],
    responses: { 204: { description: 'Client successfully deleted.' } },
  },
  rotateClientSecret: {
    method: 'POST',
    path: '/clients/{id}/rotate-secret',
    tag,
    summary: 'Rotate a client secret',
    scopes: ['update:client_keys'],
    responses: { 200: { description: 'Secret successfully rotated.', schema: clientSchema } },
  },
});
