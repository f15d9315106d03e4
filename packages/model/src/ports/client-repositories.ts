import type { Client, ClientPatch, NewClient } from '../entities/client.ts';
import type { Connection, ConnectionPatch } from '../entities/connection.ts';
import type {
  ClientGrant,
  NewResourceServer,
  ResourceServer,
  ResourceServerPatch,
} from '../entities/resource-server.ts';
import type { Page, PageQuery } from './page.ts';

export interface ClientRepository {
  create(client: NewClient): Promise<Client>;
  /** Served from a cache that `StoreChange` empties; hot on every protocol request. */
  find(clientId: string): Promise<Client | undefined>;
  /** In order of creation. */
  list(
    query: PageQuery & { readonly type?: readonly string[]; readonly isFirstParty?: boolean },
  ): Promise<Page<Client>>;
  update(clientId: string, patch: ClientPatch): Promise<Client | undefined>;
  /** Also deletes its client grants, its grants and refresh tokens. */
  delete(clientId: string): Promise<boolean>;
}

export interface ResourceServerRepository {
  /** Rejects with `conflict` when the identifier is taken. */
  create(resourceServer: NewResourceServer): Promise<ResourceServer>;
  /** By id. */
  find(id: string): Promise<ResourceServer | undefined>;
  /** By identifier (the `audience`); cached like clients. */
  findByIdentifier(identifier: string): Promise<ResourceServer | undefined>;
  list(
    query: PageQuery & { readonly identifiers?: readonly string[] },
  ): Promise<Page<ResourceServer>>;
  update(id: string, patch: ResourceServerPatch): Promise<ResourceServer | undefined>;
  /**
   * Gives an API another audience; client grants and permissions follow. For the tenant's own system
   * APIs, whose audience is its address. Rejects with `conflict` when the identifier is taken.
   */
  changeIdentifier(id: string, identifier: string): Promise<ResourceServer | undefined>;
  /** Also deletes the client grants and permissions for it. */
  delete(id: string): Promise<boolean>;
}

export interface ClientGrantRepository {
  /** Rejects with `conflict` when the client already has a grant for the audience. */
  create(grant: ClientGrant): Promise<ClientGrant>;
  find(id: string): Promise<ClientGrant | undefined>;
  /** The grant of a client for an audience; cached like clients. */
  findFor(clientId: string, audience: string): Promise<ClientGrant | undefined>;
  list(
    query: PageQuery & { readonly clientId?: string; readonly audience?: string },
  ): Promise<Page<ClientGrant>>;
  update(
    id: string,
    patch: Partial<Pick<ClientGrant, 'scope' | 'extra'>>,
  ): Promise<ClientGrant | undefined>;
  delete(id: string): Promise<boolean>;
}

export interface ConnectionRepository {
  /** Rejects with `conflict` when the name is taken. */
  create(connection: Connection): Promise<Connection>;
  find(id: string): Promise<Connection | undefined>;
  findByName(name: string): Promise<Connection | undefined>;
  /** Connections that the client may use, in order of creation. */
  listForClient(clientId: string): Promise<readonly Connection[]>;
  list(
    query: PageQuery & { readonly name?: string; readonly strategies?: readonly string[] },
  ): Promise<Page<Connection>>;
  update(id: string, patch: ConnectionPatch): Promise<Connection | undefined>;
  /** Also deletes its users. */
  delete(id: string): Promise<boolean>;
}
