import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import {
  absoluteHttpsUriOrEmpty,
  absoluteUriOrEmpty,
  callbackUrl,
  urlWithPlaceholders,
} from '../values.ts';

/** Most URLs in one list of a client. */
const MAX_URLS = 100;
/** Most entries of `client_metadata`. */
const MAX_METADATA = 10;

/** Kinds of application. The first four have a meaning here; the others are kept and act like `regular_web`. */
const APP_TYPES = [
  'native',
  'spa',
  'regular_web',
  'non_interactive',
  'resource_server',
  'rms',
  'box',
  'cloudbees',
  'concur',
  'dropbox',
  'mscrm',
  'echosign',
  'egnyte',
  'newrelic',
  'office365',
  'salesforce',
  'sentry',
  'sharepoint',
  'slack',
  'springcm',
  'zendesk',
  'zoom',
  'sso_integration',
  'oag',
] as const;

/** Grants that a client may be allowed. */
const GRANT_TYPES = [
  'authorization_code',
  'implicit',
  'refresh_token',
  'client_credentials',
  'password',
  'http://auth0.com/oauth/grant-type/password-realm',
  'http://auth0.com/oauth/grant-type/mfa-oob',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-recovery-code',
  'http://auth0.com/oauth/grant-type/passwordless/otp',
  'urn:openid:params:grant-type:ciba',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
] as const;

const jwtConfiguration = z.looseObject({
  lifetime_in_seconds: z
    .int()
    .min(1)
    .max(2_592_000)
    .optional()
    .describe('Lifetime of an ID token in seconds.'),
  secret_encoded: z.boolean().optional(),
  scopes: jsonObjectSchema.optional(),
  alg: z.enum(['HS256', 'RS256']).optional().describe('Algorithm that signs ID tokens.'),
});

const refreshToken = z.strictObject({
  rotation_type: z.enum(['rotating', 'non-rotating']),
  expiration_type: z.enum(['expiring', 'non-expiring']),
  leeway: z
    .int()
    .min(0)
    .max(600)
    .optional()
    .describe('Seconds in which a rotated token is still accepted.'),
  token_lifetime: z.int().min(1).max(157_788_000).optional(),
  infinite_token_lifetime: z.boolean().optional(),
  idle_token_lifetime: z.int().min(1).max(157_788_000).optional(),
  infinite_idle_token_lifetime: z.boolean().optional(),
  policies: z
    .array(
      z.strictObject({
        audience: z.string().min(1).max(600),
        scope: z.array(z.string().min(1).max(280)),
      }),
    )
    .min(1)
    .nullable()
    .optional(),
});

/** Properties that the protocol, the pages or the Actions act on. */
export const clientSettings = {
  name: z
    .string()
    .min(1)
    .max(300)
    .regex(/^[^<>]+$/)
    .describe('Name of the client; `<` and `>` are not allowed.'),
  description: z.string().max(140).describe('Free text, at most 140 characters.'),
  logo_uri: absoluteUriOrEmpty.describe('Logo that login pages show.'),
  callbacks: z.array(callbackUrl).max(MAX_URLS).describe('Where a login may return to.'),
  allowed_origins: z
    .array(urlWithPlaceholders)
    .max(MAX_URLS)
    .describe('Origins that may call the server from JavaScript.'),
  web_origins: z
    .array(urlWithPlaceholders)
    .max(MAX_URLS)
    .describe('Origins that may use the web message response mode.'),
  allowed_logout_urls: z
    .array(urlWithPlaceholders)
    .max(MAX_URLS)
    .describe('Where a logout may return to.'),
  grant_types: z.array(z.enum(GRANT_TYPES)).max(50).describe('Grants that the client may use.'),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_post', 'client_secret_basic'])
    .describe('How the client proves itself at the token endpoint.'),
  app_type: z.enum(APP_TYPES).describe('Kind of application.'),
  is_first_party: z.boolean().describe('Whether the application belongs to the tenant itself.'),
  oidc_conformant: z.boolean().describe('Whether the client keeps to OIDC strictly.'),
  jwt_configuration: jwtConfiguration.describe('ID tokens of the client.'),
  refresh_token: refreshToken.describe('Refresh tokens of the client.'),
  initiate_login_uri: absoluteHttpsUriOrEmpty.describe(
    'Where the application starts a login; https.',
  ),
  require_pushed_authorization_requests: z
    .boolean()
    .describe('Whether authorization requests must be pushed.'),
};

const metadataValue = z.string().max(255);
const metadata = <T extends z.ZodType>(value: T) =>
  z
    .record(z.string().min(1).max(255), value)
    .refine((entries) => Object.keys(entries).length <= MAX_METADATA, {
      error: `Too many properties defined, maximum ${MAX_METADATA}`,
    })
    .describe('Up to 10 names with text values of at most 255 characters.');
export const clientMetadata = metadata(metadataValue);
/** `null` removes an entry. */
export const clientMetadataPatch = metadata(metadataValue.nullable());

const strings = z.array(z.string().min(1).max(2_048)).max(MAX_URLS);

/** Properties that are kept and answered as they came; nothing here acts on them yet. */
export const clientExtras = {
  oidc_logout: jsonObjectSchema.nullable(),
  oidc_backchannel_logout: jsonObjectSchema.nullable(),
  session_transfer: jsonObjectSchema.nullable(),
  client_aliases: strings,
  allowed_clients: strings,
  is_token_endpoint_ip_header_trusted: z.boolean(),
  encryption_key: jsonObjectSchema.nullable(),
  sso: z.boolean(),
  sso_disabled: z.boolean(),
  cross_origin_authentication: z.boolean(),
  cross_origin_loc: z.string().max(2_048).nullable(),
  custom_login_page_on: z.boolean(),
  custom_login_page: z.string().max(100_000),
  custom_login_page_preview: z.string().max(100_000),
  form_template: z.string().max(100_000),
  addons: jsonObjectSchema.nullable(),
  mobile: jsonObjectSchema.nullable(),
  native_social_login: jsonObjectSchema.nullable(),
  fedcm_login: jsonObjectSchema.nullable(),
  default_organization: jsonObjectSchema.nullable(),
  organization_usage: z.enum(['deny', 'allow', 'require']).nullable(),
  organization_require_behavior: z
    .enum(['no_prompt', 'pre_login_prompt', 'post_login_prompt'])
    .nullable(),
  organization_discovery_methods: z
    .array(z.enum(['email', 'organization_name']))
    .min(1)
    .nullable(),
  require_proof_of_possession: z.boolean(),
  skip_non_verifiable_callback_uri_confirmation_prompt: z.boolean().nullable(),
  token_exchange: jsonObjectSchema.nullable(),
  par_request_expiry: z.int().min(10).max(600).nullable(),
  token_quota: jsonObjectSchema.nullable(),
  third_party_security_mode: z.enum(['strict', 'permissive']),
  redirection_policy: z.enum(['allow_always', 'open_redirect_protection']),
  async_approval_notification_channels: z
    .array(z.enum(['guardian-push', 'email']))
    .min(1)
    .nullable(),
};
/** Kept like the others, but only a creation may set it. */
export const clientCreateExtras = {
  resource_server_identifier: z.string().min(1).max(600),
};

/** The properties of `shape`, each optional. */
export const optionalShape = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.object(shape).partial().shape;
