import { ensureBootstrapClient, moveSystemApis, provisionTenant } from '@tessera/management-api';
import {
  AppError,
  type Clock,
  type Logger,
  type RandomBytes,
  type Store,
  type Tenant,
} from '@tessera/model';
import { loadOrCreateBootstrapFile } from './bootstrap-file.ts';
import type { Config } from './config.ts';

/** Name of the tenant that answers at the base host; Actions see it as `event.tenant.id`. */
const DEFAULT_TENANT_NAME = 'default';

export interface EnsureDefaultTenantOptions {
  readonly store: Store;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly randomBytes: RandomBytes;
  readonly baseUrlOf: (tenant: Pick<Tenant, 'name' | 'isDefault'>) => string;
}

/**
 * Provisions the default tenant at the first start, and its bootstrap client: the one of the
 * environment, or, on an embedded database, one of our own in `bootstrap-client.json`.
 */
export async function ensureDefaultTenant(options: EnsureDefaultTenantOptions): Promise<void> {
  const { store, config } = options;
  const tenant = { name: DEFAULT_TENANT_NAME, isDefault: true };
  const baseUrl = options.baseUrlOf(tenant);
  if ((await store.tenants.findDefault()) === undefined) {
    try {
      await provisionTenant(options, { ...tenant, baseUrl });
    } catch (error) {
      // Another replica of the same first start was quicker: its tenant is as good as ours.
      if (!(error instanceof AppError && error.code === 'tenant_exists')) throw error;
    }
  }
  await moveSystemApis(store, options.baseUrlOf);
  const credentials =
    config.bootstrapClient ??
    (config.databaseUrl === undefined ? loadOrCreateBootstrapFile(config.dataDir) : undefined);
  if (credentials !== undefined) await ensureBootstrapClient(options, { ...credentials, baseUrl });
}
