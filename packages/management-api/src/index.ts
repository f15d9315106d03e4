export { createBuildHandlers } from './actions/build-handlers.ts';
export type { BuildServices } from './actions/build-services.ts';
export { managementApi } from './management-api.ts';
export type { ManagementApiOptions } from './options.ts';
export { managementAudience, platformAudience } from './provisioning/audiences.ts';
export { createSigningKey } from './provisioning/create-signing-key.ts';
export { ensureBootstrapClient } from './provisioning/ensure-bootstrap-client.ts';
export { moveSystemApis } from './provisioning/move-system-apis.ts';
export {
  DEFAULT_CONNECTION_NAME,
  type ProvisioningServices,
  provisionTenant,
} from './provisioning/provision-tenant.ts';
export {
  createLiveLogStreams,
  type LiveLogStreams,
} from './resources/actions/live-log-streams.ts';
export { LIMIT_SETTINGS } from './resources/platform/limit-settings.ts';
export type { UserAccounts } from './resources/users/user-accounts.ts';
