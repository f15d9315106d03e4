import type { BuildRequest, Store } from '@tessera/model';

/** What a tenant's own limits say about its builds. */
export async function findBuildLimits(
  store: Pick<Store, 'tenants'>,
  tenantId: string,
): Promise<Pick<BuildRequest, 'dependenciesMb'>> {
  const tenant = await store.tenants.find(tenantId);
  const dependenciesMb = tenant?.settings.actionLimits?.dependenciesMb;
  return dependenciesMb === undefined ? {} : { dependenciesMb };
}
