export { ACTION_LIMITS } from './action-limits.ts';
export { type ApiErrorBody, apiErrorSchema } from './errors.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { createOpenApiDocument } from './openapi.ts';
export type {
  BodyOf,
  HttpMethod,
  Operation,
  OperationResponse,
  ParamsOf,
  QueryOf,
} from './operation.ts';
export { MAX_PER_PAGE } from './paging.ts';
export type {
  CreateModuleBody,
  UpdateModuleBody,
  WireModule,
  WireModuleVersion,
} from './resources/action-modules.ts';
export type {
  CreateActionBody,
  UpdateActionBody,
  WireAction,
  WireActionVersion,
  WireBoundAction,
} from './resources/action-schemas.ts';
export type { NewAuthenticationMethodBody } from './resources/authentication-methods.ts';
export type { UpdateBrandingBody, WireBranding } from './resources/branding.ts';
export type { BrandingThemeBody } from './resources/branding-themes.ts';
export type { CreateClientGrantBody, UpdateClientGrantBody } from './resources/client-grants.ts';
export type { CreateClientBody, UpdateClientBody } from './resources/clients.ts';
export type { CreateConnectionBody, UpdateConnectionBody } from './resources/connections.ts';
export type {
  CreateEmailProviderBody,
  UpdateEmailProviderBody,
  WireEmailProvider,
} from './resources/email-provider.ts';
export type {
  EmailTemplateBody,
  EmailTemplatePatch,
  WireEmailTemplate,
} from './resources/email-templates.ts';
export type { WireExecution } from './resources/executions.ts';
export { FORM_LIMITS, type FormParts, findFormProblem } from './resources/form-content.ts';
export type {
  CreateFormBody,
  UpdateFormBody,
  WireForm,
  WireFormSummary,
} from './resources/forms.ts';
export {
  type CreateGroupBody,
  GROUP_LIMITS,
  type UpdateGroupBody,
  type WireGroup,
} from './resources/groups.ts';
export { FACTOR_NAMES } from './resources/guardian.ts';
export type { WireLogEntry } from './resources/logs.ts';
export type { WireOutboxMessage } from './resources/outbox.ts';
export type { PermissionsBody } from './resources/permissions.ts';
export type {
  CreatePhoneProviderBody,
  CreatePhoneTemplateBody,
  TryPhoneBody,
  UpdatePhoneProviderBody,
  UpdatePhoneTemplateBody,
  WirePhoneProvider,
  WirePhoneTemplate,
} from './resources/phone-messages.ts';
export {
  PLATFORM_OPERATIONS,
  RESERVED_TENANT_NAMES,
  tenantName,
  type UpdateTenantBody,
  type WireTenant,
} from './resources/platform-tenants.ts';
export type { UpdatePromptSettingsBody, WirePromptSettings } from './resources/prompts.ts';
export type {
  CreateResourceServerBody,
  UpdateResourceServerBody,
} from './resources/resource-servers.ts';
export type { CreateRoleBody, UpdateRoleBody } from './resources/roles.ts';
export type { WireSigningKey } from './resources/signing-keys.ts';
export type { UpdateTenantSettingsBody } from './resources/tenant-settings.ts';
export type {
  EmailVerificationTicketBody,
  PasswordChangeTicketBody,
} from './resources/tickets.ts';
export type {
  CreateTokenExchangeProfileBody,
  UpdateTokenExchangeProfileBody,
  WireTokenExchangeProfile,
} from './resources/token-exchange-profiles.ts';
export type { UpdateBindingsBody, WireBinding } from './resources/triggers.ts';
export type { CreateUserBody, UpdateUserBody } from './resources/users.ts';
export { MANAGEMENT_OPERATIONS } from './routes.ts';
export { MANAGEMENT_SCOPES, PLATFORM_SCOPES, type Scope } from './scopes.ts';
export {
  findTenantLimitProblem,
  TENANT_LIMIT_NAMES,
  TENANT_LIMITS,
  type TenantLimitName,
} from './tenant-limits.ts';
export { CATALOG_TRIGGER_IDS, type CatalogTrigger, TRIGGER_CATALOG } from './trigger-catalog.ts';
