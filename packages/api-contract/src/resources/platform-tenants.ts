import { z } from 'zod';
import { defineOperations } from '../operation.ts';

/** Labels of a tenant's host that the platform keeps for itself. */
export const RESERVED_TENANT_NAMES = [
  'www',
  'api',
  'admin',
  'dashboard',
  'platform',
  'static',
  'mail',
] as const;

export const tenantName = z
  .string()
  .min(3)
  .max(63)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])$/)
  // Such labels are encoded in another alphabet; browsers refuse the host when the code is none (RFC 5891, 4.2.3.1).
  .refine((name) => !name.startsWith('--', 2), {
    error: 'A name must not have hyphens as its third and fourth character',
  })
  .refine((name) => !RESERVED_TENANT_NAMES.some((reserved) => reserved === name), {
    error: 'The name is reserved',
  })
  .describe('Label of the host of the tenant: lower-case letters, digits and inner hyphens.');

const createTenantSchema = z.strictObject({ name: tenantName });
/** Answered once: the secret can be rotated later, but not read here again. */
const createdTenantSchema = z.strictObject({
  name: z.string(),
  domain: z.string(),
  client_id: z.string(),
  client_secret: z.string(),
});
const tenantSchema = z.strictObject({
  name: z.string(),
  domain: z.string(),
  is_default: z.boolean(),
  created_at: z.string(),
});

const tag = 'tenants';

/** The operator's own API, at `/platform/v1` of the default tenant only. */
export const PLATFORM_OPERATIONS = defineOperations({
  listTenants: {
    method: 'GET',
    path: '/tenants',
    tag,
    summary: 'List the tenants',
    scopes: ['read:tenants'],
    responses: {
      200: {
        description: 'The tenants, in order of creation.',
        schema: z.strictObject({ tenants: z.array(tenantSchema) }),
      },
    },
  },
  createTenant: {
    method: 'POST',
    path: '/tenants',
    tag,
    summary: 'Create a tenant',
    scopes: ['create:tenants'],
    body: createTenantSchema,
    responses: {
      201: {
        description: 'The tenant, and a machine client with all management scopes.',
        schema: createdTenantSchema,
      },
    },
  },
  deleteTenant: {
    method: 'DELETE',
    path: '/tenants/{name}',
    tag,
    summary: 'Delete a tenant with all its data and processes',
    scopes: ['delete:tenants'],
    responses: { 204: { description: 'The tenant is gone.' } },
  },
});
