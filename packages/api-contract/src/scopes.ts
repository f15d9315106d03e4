/** One scope of an API. */
export interface Scope {
  readonly value: string;
  readonly description: string;
}

/**
 * What may be done to what. The management API knows more resources than this server serves: tools
 * grant themselves all of them, and a grant must not fail for one that has no routes here.
 */
const ACTIONS_ON: Readonly<Record<string, string>> = {
  actions: 'create read update delete',
  anomaly_blocks: 'read delete',
  attack_protection: 'read update',
  authentication_methods: 'create read update delete',
  branding: 'read update delete',
  client_credentials: 'create read update delete',
  client_grants: 'create read update delete',
  client_keys: 'create read update delete',
  client_summary: 'read',
  client_token_vault_privileged_access: 'update',
  clients: 'create read update delete',
  connection_profiles: 'create read update delete',
  connections: 'create read update delete',
  connections_keys: 'create read update',
  custom_domains: 'create read update delete',
  custom_signing_keys: 'create read update delete',
  device_credentials: 'read delete',
  directory_provisionings: 'create read update delete',
  email_provider: 'create read update delete',
  email_templates: 'create read update',
  encryption_keys: 'create read update delete',
  event_deliveries: 'read update',
  event_streams: 'create read update delete',
  events: 'read',
  federated_connections_tokens: 'read delete',
  flows: 'create read update delete',
  flows_executions: 'read delete',
  flows_vault_connections: 'create read update delete',
  forms: 'create read update delete',
  grants: 'read delete',
  group_members: 'create read delete',
  group_roles: 'create read delete',
  groups: 'create read update delete',
  guardian_enrollment_tickets: 'create',
  guardian_enrollments: 'read delete',
  guardian_factors: 'read update',
  hooks: 'create read update delete',
  log_streams: 'create read update delete',
  logs: 'read',
  logs_users: 'read',
  mfa_policies: 'read update',
  network_acls: 'create read update delete',
  organization_client_grants: 'create read delete',
  organization_connections: 'create read update delete',
  organization_discovery_domains: 'create read update delete',
  organization_invitations: 'create read delete',
  organization_member_roles: 'create read delete',
  organization_members: 'create read delete',
  organizations: 'create read update delete',
  organizations_summary: 'read',
  outbox: 'read delete',
  phone_providers: 'create read update delete',
  phone_templates: 'create read update delete',
  prompts: 'read update',
  rate_limit_policies: 'create read update delete',
  refresh_tokens: 'read update delete',
  resource_servers: 'create read update delete',
  role_members: 'create read delete',
  roles: 'create read update delete',
  rules: 'create read update delete',
  rules_configs: 'read update delete',
  scim_config: 'create read update delete',
  scim_token: 'create read delete',
  self_service_profile_custom_texts: 'read update',
  self_service_profiles: 'create read update delete',
  sessions: 'read update delete',
  signing_keys: 'create read update',
  sso_access_tickets: 'create delete',
  stats: 'read',
  tenant_settings: 'read update',
  token_exchange_profiles: 'create read update delete',
  user_attribute_profiles: 'create read update delete',
  user_custom_blocks: 'create read delete',
  user_effective_permissions: 'read',
  user_effective_roles: 'read',
  user_idp_tokens: 'read',
  user_permission_source_roles: 'read',
  user_role_source_groups: 'read',
  user_tickets: 'create',
  users: 'create read update delete',
  users_app_metadata: 'create read update delete',
};

const titleCase = (words: string): string =>
  words.replaceAll('_', ' ').replace(/\b[a-z]/g, (letter) => letter.toUpperCase());

/** Scopes of the management API (audience `<base URL>api/v2/`). */
export const MANAGEMENT_SCOPES: readonly Scope[] = Object.entries(ACTIONS_ON).flatMap(
  ([resource, actions]) =>
    actions.split(' ').map((action) => ({
      value: `${action}:${resource}`,
      description: titleCase(`${action} ${resource}`),
    })),
);

/** Scopes of the platform API (audience `<base URL>platform/v1/`), which only the default tenant has. */
export const PLATFORM_SCOPES: readonly Scope[] = [
  { value: 'create:tenants', description: 'Create Tenants' },
  { value: 'read:tenants', description: 'Read Tenants' },
  { value: 'update:tenants', description: 'Update Tenants' },
  { value: 'delete:tenants', description: 'Delete Tenants' },
];
