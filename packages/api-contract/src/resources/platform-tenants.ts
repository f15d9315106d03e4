import { z } from 'zod';
import { ACTION_LIMITS } from '../action-limits.ts';
import { defineOperations } from '../operation.ts';
import {
  findTenantLimitProblem,
  TENANT_LIMIT_NAMES,
  TENANT_LIMITS,
  type TenantLimitName,
} from '../tenant-limits.ts';

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
/** A value outside of its range names the limit, itself and the range. */
const limitValue = (name: TenantLimitName) =>
  z
    .number()
    .superRefine((value, context) => {
      const message = findTenantLimitProblem(name, value);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .describe(`${TENANT_LIMITS[name].meaning}.`);

const fromNames = <T>(make: (name: TenantLimitName) => T) =>
  Object.fromEntries(TENANT_LIMIT_NAMES.map((name) => [name, make(name)])) as Record<
    TenantLimitName,
    T
  >;

const rules = z
  .array(z.string().min(1).max(ACTION_LIMITS.egressRuleLength))
  .max(ACTION_LIMITS.egressRules)
  .describe('`host`, `*.host`, an address or a CIDR, each with an optional `:port`.');

const updateTenantSchema = z.strictObject({
  limits: z
    .strictObject(fromNames((name) => limitValue(name).nullable().optional()))
    .nullable()
    .optional()
    .describe("Limits of the tenant's Actions. `null` resets to what the server has."),
  egress: z
    .strictObject({ allow: rules.nullable().optional(), deny: rules.nullable().optional() })
    .nullable()
    .optional()
    .describe(
      "What the tenant's Actions may reach: `allow` lifts the ban on addresses that are not public, `deny` closes; the operator's own `deny` wins. `null` removes the rules.",
    ),
});
export type UpdateTenantBody = z.output<typeof updateTenantSchema>;

const tenantSchema = z.strictObject({
  name: z.string(),
  domain: z.string(),
  is_default: z.boolean(),
  created_at: z.string(),
  /** What was set for this tenant. */
  limits: z.strictObject(fromNames(() => z.int().optional())),
  /** What is in force: what was set, and the server's for the rest. */
  effective_limits: z.strictObject(fromNames(() => z.int())),
  egress: z.strictObject({ allow: z.array(z.string()), deny: z.array(z.string()) }),
});
export type WireTenant = z.output<typeof tenantSchema>;

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
  getTenant: {
    method: 'GET',
    path: '/tenants/{name}',
    tag,
    summary: 'Get a tenant with its limits and egress rules',
    scopes: ['read:tenants'],
    responses: { 200: { description: 'The tenant.', schema: tenantSchema } },
  },
  updateTenant: {
    method: 'PATCH',
    path: '/tenants/{name}',
    tag,
    summary: 'Set limits and egress rules of a tenant; they hold at once',
    scopes: ['update:tenants'],
    body: updateTenantSchema,
    responses: { 200: { description: 'The tenant.', schema: tenantSchema } },
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
