import { MANAGEMENT_SCOPES, PLATFORM_SCOPES, type Scope } from '@tessera/api-contract';
import {
  AppError,
  type Client,
  createClientGrantId,
  type RandomBytes,
  type Store,
  type TenantStore,
} from '@tessera/model';
import { managementAudience, platformAudience } from './audiences.ts';
import { machineClient } from './machine-client.ts';
import { createPlatformApi } from './provision-tenant.ts';

/**
 * Makes sure that the default tenant has a machine client of the given id and secret with every
 * management and platform scope. Run again, it sets the secret and completes the grants.
 *
 * Rejects with `tenant_not_found` when there is no default tenant.
 */
export async function ensureBootstrapClient(
  services: { readonly store: Store; readonly randomBytes: RandomBytes },
  request: { readonly clientId: string; readonly clientSecret: string; readonly baseUrl: string },
): Promise<Client> {
  const { store, randomBytes } = services;
  const { clientId, clientSecret, baseUrl } = request;
  const tenant = await store.tenants.findDefault();
  if (tenant === undefined) throw new AppError('tenant_not_found', 'There is no default tenant.');
  return await store.tenant(tenant.id).transaction(async (tx) => {
    const client =
      (await tx.clients.update(clientId, { clientSecret })) ??
      (await tx.clients.create(machineClient('Bootstrap Client', { clientId, clientSecret })));
    const platformApi = await tx.resourceServers.findByIdentifier(platformAudience(baseUrl));
    if (platformApi === undefined) await createPlatformApi(tx, { baseUrl, randomBytes });
    // An earlier version of the server may have made it, with fewer scopes.
    else await tx.resourceServers.update(platformApi.id, { scopes: PLATFORM_SCOPES });
    const api = await tx.resourceServers.findByIdentifier(managementAudience(baseUrl));
    if (api !== undefined) await tx.resourceServers.update(api.id, { scopes: MANAGEMENT_SCOPES });
    const grant = (audience: string, scopes: readonly Scope[]) =>
      ensureGrant(tx, { clientId, audience, scopes, randomBytes });
    await grant(managementAudience(baseUrl), MANAGEMENT_SCOPES);
    await grant(platformAudience(baseUrl), PLATFORM_SCOPES);
    return client;
  });
}

async function ensureGrant(
  tx: TenantStore,
  request: {
    readonly clientId: string;
    readonly audience: string;
    readonly scopes: readonly Scope[];
    readonly randomBytes: RandomBytes;
  },
): Promise<void> {
  const { clientId, audience } = request;
  const scope = request.scopes.map(({ value }) => value);
  const present = await tx.clientGrants.findFor(clientId, audience);
  if (present !== undefined) {
    await tx.clientGrants.update(present.id, { scope });
    return;
  }
  const id = createClientGrantId(request.randomBytes);
  await tx.clientGrants.create({
    id,
    clientId,
    audience,
    scope,
    extra: { subject_type: 'client' },
  });
}
