import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import { AppError, type Store, type Tenant } from '@tessera/model';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { selectFields } from '../../http/select-fields.ts';
import { readTenantSettingsPatch, toWireTenantSettings } from './tenant-settings-mapper.ts';

type TenantSettingsOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'getTenantSettings' | 'updateTenantSettings'
>;

export function tenantSettingsHandlers(services: {
  readonly store: Store;
}): OperationHandlers<TenantSettingsOperations> {
  const { tenants } = services.store;

  /** The server's own copy of the tenant may be a moment old. */
  async function getTenant(id: string): Promise<Tenant> {
    const tenant = await tenants.find(id);
    if (tenant === undefined) throw new AppError('tenant_not_found', 'The tenant does not exist.');
    return tenant;
  }

  return {
    getTenantSettings: async ({ context, query }) => {
      const { settings } = await getTenant(context.tenant.id);
      return { status: 200, body: selectFields(toWireTenantSettings(settings, 'read'), query) };
    },
    updateTenantSettings: async ({ context, body }) => {
      const updated = await tenants.updateSettings(context.tenant.id, (settings) =>
        readTenantSettingsPatch(settings, body),
      );
      if (updated === undefined)
        throw new AppError('tenant_not_found', 'The tenant does not exist.');
      return { status: 200, body: toWireTenantSettings(updated.settings, 'change') };
    },
  };
}
