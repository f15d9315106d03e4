import { MANAGEMENT_SCOPES, PLATFORM_SCOPES } from '@tessera/api-contract';
import {
  type Client,
  type Clock,
  createAlphanumericId,
  createClientGrantId,
  createClientId,
  createClientSecret,
  createConnectionId,
  DEFAULT_TENANT_SETTINGS,
  type Logger,
  type RandomBytes,
  type SigningKey,
  type Store,
  type Tenant,
  type TenantStore,
} from '@tessera/model';
import { readNewConnection } from '../resources/connections/connection-mapper.ts';
import { managementAudience, platformAudience } from './audiences.ts';
import { createSigningKey } from './create-signing-key.ts';
import { machineClient } from './machine-client.ts';
import { systemResourceServer } from './system-resource-server.ts';

export interface ProvisioningServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  /** Makes the keys; RSA takes a while. Default: `createSigningKey`. */
  readonly createKey?: (state: 'current' | 'next') => Promise<SigningKey>;
}

/** Name of the database connection that every tenant starts with. */
export const DEFAULT_CONNECTION_NAME = 'Username-Password-Authentication';
const TENANT_ID_LENGTH = 16;

/**
 * Creates a tenant that can be used at once: signing keys (current and next), the management API as a
 * system API (for the default tenant the platform API too), a database connection for all its
 * applications, and a machine client that may do everything through the management API.
 *
 * Rejects with `tenant_exists`. A failure on the way leaves nothing behind.
 */
export async function provisionTenant(
  services: ProvisioningServices,
  request: { readonly name: string; readonly isDefault: boolean; readonly baseUrl: string },
): Promise<{ readonly tenant: Tenant; readonly client: Client }> {
  const { store, clock, randomBytes } = services;
  const createKey =
    services.createKey ?? ((state) => createSigningKey(state, { randomBytes, now: clock.now() }));
  // Before there is anything to clean up: this is the slow part.
  const keys = await Promise.all([createKey('current'), createKey('next')]);
  const tenant = await store.tenants.create({
    id: `ten_${createAlphanumericId(randomBytes, TENANT_ID_LENGTH)}`,
    name: request.name,
    isDefault: request.isDefault,
    settings: DEFAULT_TENANT_SETTINGS,
  });
  try {
    const client = await store
      .tenant(tenant.id)
      .transaction((tx) => fillTenant(tx, { ...request, randomBytes, keys }));
    return { tenant, client };
  } catch (error) {
    await discard(services, tenant);
    throw error;
  }
}

async function fillTenant(
  tx: TenantStore,
  request: {
    readonly isDefault: boolean;
    readonly baseUrl: string;
    readonly randomBytes: RandomBytes;
    readonly keys: readonly SigningKey[];
  },
): Promise<Client> {
  const { randomBytes, baseUrl } = request;
  for (const key of request.keys) await tx.signingKeys.create(key);
  const audience = managementAudience(baseUrl);
  await tx.resourceServers.create(
    systemResourceServer(randomBytes, {
      identifier: audience,
      name: 'Management API',
      scopes: MANAGEMENT_SCOPES,
    }),
  );
  if (request.isDefault) await createPlatformApi(tx, { baseUrl, randomBytes });
  await tx.connections.create(
    readNewConnection(
      { name: DEFAULT_CONNECTION_NAME, strategy: 'auth0', is_domain_connection: true },
      { id: createConnectionId(randomBytes), strategy: 'auth0' },
    ),
  );
  const client = await tx.clients.create(
    machineClient('Management API Client', {
      clientId: createClientId(randomBytes),
      clientSecret: createClientSecret(randomBytes),
    }),
  );
  await tx.clientGrants.create({
    id: createClientGrantId(randomBytes),
    clientId: client.clientId,
    audience,
    scope: MANAGEMENT_SCOPES.map(({ value }) => value),
    extra: { subject_type: 'client' },
  });
  return client;
}

/** The platform API as a system API of the default tenant. */
export async function createPlatformApi(
  store: TenantStore,
  { baseUrl, randomBytes }: { readonly baseUrl: string; readonly randomBytes: RandomBytes },
): Promise<void> {
  await store.resourceServers.create(
    systemResourceServer(randomBytes, {
      identifier: platformAudience(baseUrl),
      name: 'Platform API',
      scopes: PLATFORM_SCOPES,
    }),
  );
}

/** The first failure is the one that is told; a second one goes to the operator. */
async function discard({ store, logger }: ProvisioningServices, tenant: Tenant): Promise<void> {
  try {
    await store.tenants.delete(tenant.id);
  } catch (error) {
    logger.error({ err: error, tenantId: tenant.id }, 'A half-made tenant could not be removed');
  }
}
