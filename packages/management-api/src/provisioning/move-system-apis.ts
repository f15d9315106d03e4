import type { Store, Tenant } from '@tessera/model';
import { managementAudience, platformAudience } from './audiences.ts';

/** System APIs of a tenant: never more than the management API and the platform API. */
const MAX_SYSTEM_APIS = 100;

/**
 * Gives the system APIs of every tenant the audience of the address that the tenant has now. Client
 * grants and permissions follow, so that a server that was moved to another URL or port keeps working.
 */
export async function moveSystemApis(
  store: Store,
  baseUrlOf: (tenant: Pick<Tenant, 'name' | 'isDefault'>) => string,
): Promise<void> {
  for (const tenant of await store.tenants.list()) {
    const { resourceServers } = store.tenant(tenant.id);
    const baseUrl = baseUrlOf(tenant);
    const { items } = await resourceServers.list({ page: 0, perPage: MAX_SYSTEM_APIS });
    for (const { id, identifier } of items.filter((api) => api.isSystem)) {
      const audience = identifier.endsWith('/platform/v1/')
        ? platformAudience(baseUrl)
        : managementAudience(baseUrl);
      if (audience !== identifier) await resourceServers.changeIdentifier(id, audience);
    }
  }
}
