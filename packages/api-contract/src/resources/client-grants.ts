import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { anyPage, checkpointPaging, totalsPaging } from '../paging.ts';
import { queryBoolean } from '../values.ts';

const scope = z
  .array(z.string().min(1).max(280))
  .max(1_000)
  .describe('Scopes allowed for this client grant.');
const organizationUsage = z.enum(['deny', 'allow', 'require']);
const detailTypes = z.array(z.string().min(1).max(255)).max(50);

const createClientGrantSchema = z.strictObject({
  client_id: z.string().min(1).max(120).describe('ID of the client.'),
  audience: z
    .string()
    .min(1)
    .max(600)
    .describe('The audience (API identifier) of this client grant'),
  scope: scope.optional(),
  organization_usage: organizationUsage.optional(),
  allow_any_organization: z.boolean().optional(),
  subject_type: z.enum(['client', 'user']).optional(),
  authorization_details_types: detailTypes.optional(),
});
const updateClientGrantSchema = z.strictObject({
  scope: scope.optional(),
  organization_usage: organizationUsage.nullable().optional(),
  allow_any_organization: z.boolean().nullable().optional(),
  authorization_details_types: detailTypes.optional(),
});
export type CreateClientGrantBody = z.output<typeof createClientGrantSchema>;
export type UpdateClientGrantBody = z.output<typeof updateClientGrantSchema>;

const clientGrantSchema = z.strictObject({
  id: z.string(),
  client_id: z.string(),
  audience: z.string(),
  scope: z.array(z.string()),
  organization_usage: z.string().nullable().optional(),
  allow_any_organization: z.boolean().nullable().optional(),
  subject_type: z.string().optional(),
  authorization_details_types: z.array(z.string()).optional(),
  is_system: z.boolean().optional(),
});

const tag = 'client-grants';

export const clientGrantOperations = defineOperations({
  listClientGrants: {
    method: 'GET',
    path: '/client-grants',
    tag,
    summary: 'Get client grants',
    scopes: ['read:client_grants'],
    query: z.strictObject({
      ...totalsPaging,
      ...checkpointPaging,
      audience: z.string().max(600).optional().describe('Optional filter on audience.'),
      client_id: z.string().max(120).optional().describe('Optional filter on client_id.'),
      allow_any_organization: queryBoolean
        .optional()
        .describe('Optional filter on allow_any_organization.'),
      subject_type: z
        .enum(['client', 'user'])
        .optional()
        .describe('Optional filter on the type of application access.'),
    }),
    responses: {
      200: {
        description: 'Client grants successfully retrieved.',
        schema: anyPage('client_grants', clientGrantSchema),
      },
    },
  },
  createClientGrant: {
    method: 'POST',
    path: '/client-grants',
    tag,
    summary: 'Create client grant',
    scopes: ['create:client_grants'],
    body: createClientGrantSchema,
    responses: {
      201: { description: 'Client grant successfully created.', schema: clientGrantSchema },
    },
  },
  getClientGrant: {
    method: 'GET',
    path: '/client-grants/{id}',
    tag,
    summary: 'Get client grant',
    scopes: ['read:client_grants'],
    responses: {
      200: { description: 'Client grant successfully retrieved.', schema: clientGrantSchema },
    },
  },
  updateClientGrant: {
    method: 'PATCH',
    path: '/client-grants/{id}',
    tag,
    summary: 'Update client grant',
    scopes: ['update:client_grants'],
    body: updateClientGrantSchema,
    responses: {
      200: { description: 'Client grant successfully updated.', schema: clientGrantSchema },
    },
  },
  deleteClientGrant: {
    method: 'DELETE',
    path: '/client-grants/{id}',
    tag,
    summary: 'Delete client grant',
    scopes: ['delete:client_grants'],
    responses: { 204: { description: 'Client grant successfully deleted.' } },
  },
});
