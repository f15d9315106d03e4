import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';
import { anyPage, checkpointPaging, totalsPaging } from '../paging.ts';
import { queryBoolean, queryList } from '../values.ts';
import { optionalShape } from './client-settings.ts';

/** Most scopes of one API. */
const MAX_SCOPES = 1_000;
/** Longest lifetime of an access token: 30 days, in seconds. */
const MAX_TOKEN_LIFETIME = 2_592_000;

const scope = z.strictObject({
  value: z
    .string()
    .min(1)
    .max(280)
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
    .describe('Value of this scope.'),
  description: z.string().max(500).optional().describe('User-friendly description of this scope.'),
});

const settings = {
  name: z
    .string()
    .max(200)
    .regex(/^[^<>]+$/)
    .describe('Friendly name for this resource server. Can not contain `<` or `>` characters.'),
  scopes: z
    .array(scope)
    .max(MAX_SCOPES)
    .superRefine((scopes, context) => {
      const seen = new Map<string, number>();
      for (const [index, { value }] of scopes.entries()) {
        const first = seen.get(value);
        if (first !== undefined) {
          context.addIssue({
            code: 'custom',
            message: `Array items are not unique (indexes ${first} and ${index})`,
          });
        }
        seen.set(value, index);
      }
    })
    .describe('List of permissions (scopes) that this API uses.'),
  signing_alg: z.enum(['HS256', 'RS256']).describe('Algorithm used to sign JWTs.'),
  signing_secret: z
    .string()
    .min(16)
    .max(256)
    .describe('Secret used to sign tokens when using symmetric algorithms (HS256).'),
  allow_offline_access: z
    .boolean()
    .describe('Whether refresh tokens can be issued for this API (true) or not (false).'),
  token_lifetime: z
    .int()
    .min(0)
    .max(MAX_TOKEN_LIFETIME)
    .describe(
      'Expiration value (in seconds) for access tokens issued for this API from the token endpoint.',
    ),
  token_lifetime_for_web: z
    .int()
    .min(0)
    .max(MAX_TOKEN_LIFETIME)
    .describe(
      'Expiration value (in seconds) for access tokens issued for this API via Implicit or Hybrid Flows.',
    ),
  token_dialect: z
    .enum(['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'])
    .describe('Dialect of issued access token.'),
  skip_consent_for_verifiable_first_party_clients: z
    .boolean()
    .describe(
      'Whether to skip user consent for applications flagged as first party (true) or not (false).',
    ),
  enforce_policies: z
    .boolean()
    .describe('Whether authorization polices are enforced (true) or unenforced (false).'),
};

/** Kept and answered as they came; nothing here acts on them yet. */
const extras = {
  allow_online_access: z.boolean(),
  allow_online_access_with_ephemeral_sessions: z.boolean(),
  consent_policy: z.enum(['transactional-authorization-with-mfa']).nullable(),
  authorization_details: z.array(jsonObjectSchema).max(50).nullable(),
  token_encryption: jsonObjectSchema.nullable(),
  proof_of_possession: jsonObjectSchema.nullable(),
  subject_type_authorization: z.strictObject({
    user: z
      .looseObject({ policy: z.enum(['allow_all', 'deny_all', 'require_client_grant']).optional() })
      .optional(),
    client: z
      .looseObject({ policy: z.enum(['deny_all', 'require_client_grant']).optional() })
      .optional(),
  }),
  authorization_policy: jsonObjectSchema.nullable(),
};

const shape = { ...optionalShape(settings), ...optionalShape(extras) };
const createResourceServerSchema = z.strictObject({
  ...shape,
  identifier: z
    .string()
    .min(1)
    .max(600)
    .regex(/^\S+$/)
    .describe(
      'Unique identifier for the API used as the audience parameter on authorization calls. Can not be changed once set.',
    ),
});
const updateResourceServerSchema = z.strictObject(shape);
export type CreateResourceServerBody = z.output<typeof createResourceServerSchema>;
export type UpdateResourceServerBody = z.output<typeof updateResourceServerSchema>;

const resourceServerSchema = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  is_system: z.boolean().optional(),
  identifier: z.string(),
  scopes: z
    .array(z.strictObject({ value: z.string(), description: z.string().optional() }))
    .optional(),
  signing_alg: z.string(),
  signing_secret: z.string().optional(),
  allow_offline_access: z.boolean(),
  skip_consent_for_verifiable_first_party_clients: z.boolean(),
  token_lifetime: z.int(),
  token_lifetime_for_web: z.int(),
  token_dialect: z.string().optional(),
  enforce_policies: z.boolean().optional(),
});

const tag = 'resource-servers';

export const resourceServerOperations = defineOperations({
  listResourceServers: {
    method: 'GET',
    path: '/resource-servers',
    tag,
    summary: 'Get resource servers',
    scopes: ['read:resource_servers'],
    query: z.strictObject({
      ...totalsPaging,
      ...checkpointPaging,
      identifiers: queryList(z.string().min(1).max(600))
        .optional()
        .describe('An optional filter on the resource server identifier.'),
      include_fields: queryBoolean.optional().describe('Accepted; all fields are answered.'),
    }),
    responses: {
      200: {
        description: 'Resource servers successfully retrieved.',
        schema: anyPage('resource_servers', resourceServerSchema),
      },
    },
  },
  createResourceServer: {
    method: 'POST',
    path: '/resource-servers',
    tag,
    summary: 'Create a resource server',
    scopes: ['create:resource_servers'],
    body: createResourceServerSchema,
    responses: {
      201: { description: 'Resource server successfully created.', schema: resourceServerSchema },
    },
  },
  getResourceServer: {
    method: 'GET',
    path: '/resource-servers/{id}',
    tag,
    summary: 'Get a resource server',
    scopes: ['read:resource_servers'],
    query: z.strictObject({ include_fields: queryBoolean.optional() }),
    responses: {
      200: { description: 'Resource server successfully retrieved.', schema: resourceServerSchema },
    },
  },
  updateResourceServer: {
    method: 'PATCH',
    path: '/resource-servers/{id}',
    tag,
    summary: 'Update a resource server',
    scopes: ['update:resource_servers'],
    body: updateResourceServerSchema,
    responses: {
      200: { description: 'Resource server successfully updated.', schema: resourceServerSchema },
    },
  },
  deleteResourceServer: {
    method: 'DELETE',
    path: '/resource-servers/{id}',
    tag,
    summary: 'Delete a resource server',
    scopes: ['delete:resource_servers'],
    responses: { 204: { description: 'Resource server successfully deleted.' } },
  },
});
