import type { EventClient, EventConnection, EventTenant } from '@tessera/action-types';
import type { Client, Connection, Tenant } from '@tessera/model';

/** `event.tenant`. Its `id` is the tenant's name, as authors know it. */
export function buildTenant(tenant: Tenant): EventTenant {
  return { id: tenant.name };
}

/** `event.client`: three members, by name, so that a new one of `Client` cannot leak. */
export function buildClient(client: Pick<Client, 'clientId' | 'name' | 'metadata'>): EventClient {
  return { client_id: client.clientId, name: client.name, metadata: { ...client.metadata } };
}

/** `event.connection`. */
export function buildConnection(connection: Connection): EventConnection {
  return {
    id: connection.id,
    name: connection.name,
    strategy: connection.strategy,
    metadata: { ...connection.metadata },
  };
}
