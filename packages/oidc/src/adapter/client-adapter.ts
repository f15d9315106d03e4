import type { Client, TenantStore } from '@tessera/model';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { toClientMetadata } from './client-metadata.ts';

/** Reads applications from the tenant's repository, which caches them; the protocol never writes any. */
export function createClientAdapter(store: TenantStore): Adapter {
  // The repository hands out the same object until the application changes.
  const converted = new WeakMap<Client, AdapterPayload>();
  const readOnly = (): Promise<never> =>
    Promise.reject(new Error('applications are written by the management API only'));

  return {
    async find(clientId) {
      const client = await store.clients.find(clientId);
      if (client === undefined) return undefined;
      const known = converted.get(client);
      if (known !== undefined) return known;
      const metadata = toClientMetadata(client);
      if (metadata !== undefined) converted.set(client, metadata);
      return metadata;
    },
    upsert: readOnly,
    destroy: readOnly,
    consume: readOnly,
    revokeByGrantId: readOnly,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  };
}
