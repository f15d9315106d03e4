import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';
import { fieldSelection } from '../paging.ts';
import {
  absoluteHttpsUriOrEmpty,
  absoluteUriOrEmpty,
  emailOrEmpty,
  urlWithPlaceholders,
} from '../values.ts';

/** Longest session: 100 days, in hours. */
const MAX_SESSION_HOURS = 2_400;
const hours = z.int().min(1).max(MAX_SESSION_HOURS);
const minutes = z
  .int()
  .min(1)
  .max(MAX_SESSION_HOURS * 60);

const settings = {
  friendly_name: z.string().max(200).describe('Friendly name for this tenant.'),
  picture_url: absoluteUriOrEmpty.describe('URL of logo to be shown for this tenant.'),
  support_email: emailOrEmpty.describe('End-user support email.'),
  support_url: absoluteUriOrEmpty.describe('End-user support url.'),
  default_audience: z.string().max(600).describe('Default audience for API Authorization.'),
  default_directory: z
    .string()
    .max(128)
    .describe('Name of connection used for password grants at the token endpoint.'),
  allowed_logout_urls: z
    .array(urlWithPlaceholders)
    .max(100)
    .describe('URLs that are valid to redirect to after logout.'),
  session_lifetime: hours.describe('Number of hours a session will stay valid.'),
  session_lifetime_in_minutes: minutes.describe('Number of minutes a session will stay valid.'),
  idle_session_lifetime: hours.describe(
    'Number of hours for which a session can be inactive before the user must log in again.',
  ),
  idle_session_lifetime_in_minutes: minutes.describe(
    'Number of minutes for which a session can be inactive before the user must log in again.',
  ),
};

/** Kept and answered as they came; nothing here acts on them yet. */
const extras = {
  change_password: jsonObjectSchema.nullable(),
  device_flow: jsonObjectSchema.nullable(),
  guardian_mfa_page: jsonObjectSchema.nullable(),
  error_page: jsonObjectSchema.nullable(),
  default_token_quota: jsonObjectSchema.nullable(),
  flags: z.record(z.string().max(100), z.boolean()),
  ephemeral_session_lifetime: hours,
  idle_ephemeral_session_lifetime: hours,
  ephemeral_session_lifetime_in_minutes: minutes,
  idle_ephemeral_session_lifetime_in_minutes: minutes,
  sandbox_version: z.string().max(8),
  legacy_sandbox_version: z.string().max(8),
  default_redirection_uri: absoluteHttpsUriOrEmpty,
  enabled_locales: z.array(z.string().min(2).max(10)).min(1).max(200),
  security_headers: jsonObjectSchema.nullable(),
  session_cookie: jsonObjectSchema.nullable(),
  sessions: jsonObjectSchema.nullable(),
  oidc_logout: z.strictObject({ rp_logout_end_session_endpoint_discovery: z.boolean().optional() }),
  customize_mfa_in_postlogin_action: z.boolean().nullable(),
  allow_organization_name_in_authentication_api: z.boolean().nullable(),
  acr_values_supported: z.array(z.string().min(1).max(200)).max(50).nullable(),
  mtls: jsonObjectSchema.nullable(),
  pushed_authorization_requests_supported: z.boolean().nullable(),
  authorization_response_iss_parameter_supported: z.boolean().nullable(),
  skip_non_verifiable_callback_uri_confirmation_prompt: z.boolean().nullable(),
  resource_parameter_profile: z.enum(['audience', 'compatibility']),
  client_id_metadata_document_supported: z.boolean(),
  enable_ai_guide: z.boolean(),
  phone_consolidated_experience: z.boolean(),
  include_session_metadata_in_tenant_logs: z.boolean(),
  dynamic_client_registration_security_mode: z.enum(['strict', 'permissive']),
  country_codes: jsonObjectSchema.nullable(),
};

const updateTenantSettingsSchema = z.strictObject({ ...settings, ...extras }).partial();
export type UpdateTenantSettingsBody = z.output<typeof updateTenantSettingsSchema>;

const tenantSettingsSchema = z.looseObject({
  enabled_locales: z.array(z.string()).optional(),
  flags: z.record(z.string(), z.boolean()).optional(),
  session_lifetime: z.number().optional(),
  idle_session_lifetime: z.number().optional(),
  sandbox_version: z.string().optional(),
});

const tag = 'tenants';

export const tenantSettingsOperations = defineOperations({
  getTenantSettings: {
    method: 'GET',
    path: '/tenants/settings',
    tag,
    summary: 'Get tenant settings',
    scopes: ['read:tenant_settings'],
    query: z.strictObject(fieldSelection),
    responses: {
      200: { description: 'Tenant settings successfully retrieved.', schema: tenantSettingsSchema },
    },
  },
  updateTenantSettings: {
    method: 'PATCH',
    path: '/tenants/settings',
    tag,
    summary: 'Update tenant settings',
    scopes: ['update:tenant_settings'],
    body: updateTenantSettingsSchema,
    responses: {
      200: { description: 'Tenant settings successfully updated.', schema: tenantSettingsSchema },
    },
  },
});
