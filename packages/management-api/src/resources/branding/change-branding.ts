import { AppError, type Branding, type Store } from '@tessera/model';

/** Reads a tenant's branding; the server's own copy of the tenant may be a moment old. */
export async function getBranding(store: Store, tenantId: string): Promise<Branding> {
  const tenant = await store.tenants.find(tenantId);
  if (tenant === undefined) throw new AppError('tenant_not_found', 'The tenant does not exist.');
  return tenant.settings.branding ?? {};
}

/** Changes a tenant's branding; nobody changes it in between. Returns it before and after. */
export async function updateBranding(
  store: Store,
  tenantId: string,
  change: (branding: Branding) => Branding,
): Promise<{ readonly before: Branding; readonly after: Branding }> {
  let before: Branding = {};
  const tenant = await store.tenants.updateSettings(tenantId, (settings) => {
    before = settings.branding ?? {};
    return { branding: change(before) };
  });
  if (tenant === undefined) throw new AppError('tenant_not_found', 'The tenant does not exist.');
  return { before, after: tenant.settings.branding ?? {} };
}
