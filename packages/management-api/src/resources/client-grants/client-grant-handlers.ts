import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import {
  createClientGrantId,
  type RandomBytes,
  type ResourceServer,
  type TenantStore,
} from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { orConflict } from '../../http/or-conflict.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { checkPlatformScopes } from '../../http/platform-scopes.ts';
import { WireError } from '../../http/wire-error.ts';
import {
  readClientGrantPatch,
  readNewClientGrant,
  toWireClientGrant,
} from './client-grant-mapper.ts';

type ClientGrantOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listClientGrants'
  | 'createClientGrant'
  | 'getClientGrant'
  | 'updateClientGrant'
  | 'deleteClientGrant'
>;

const grantNotFound = () => notFound('The grant does not exist.', 'inexistent_client_grant');
const resourceServerNotFound = (audience: string) =>
  notFound(`The resource server does not exist: ${audience}`, 'inexistent_resource_server');

/** A grant can give only what its API has. */
function checkScopes(resourceServer: ResourceServer, scope: readonly string[]): void {
  const known = new Set(resourceServer.scopes.map(({ value }) => value));
  const unknown = scope.filter((value) => !known.has(value));
  if (unknown.length === 0) return;
  throw new WireError(
    'invalid_body',
    `The API "${resourceServer.identifier}" has no scope: ${unknown.slice(0, 10).join(', ')}`,
    { errorCode: 'invalid_scope' },
  );
}

async function getAudience(store: TenantStore, audience: string): Promise<ResourceServer> {
  const resourceServer = await store.resourceServers.findByIdentifier(audience);
  if (resourceServer === undefined) throw resourceServerNotFound(audience);
  return resourceServer;
}

const GRANT_TAKEN = {
  message: 'A grant for this client and audience already exists.',
  errorCode: 'client_grant_conflict',
};

export function clientGrantHandlers(services: {
  readonly randomBytes: RandomBytes;
}): OperationHandlers<ClientGrantOperations> {
  return {
    listClientGrants: async ({ store, query }) => {
      // Every grant here is for clients, and none is for organizations.
      const isEmpty = query.subject_type === 'user' || query.allow_any_organization === true;
      const page = isEmpty
        ? { items: [], total: 0 }
        : await store.clientGrants.list({
            ...toPageQuery(query),
            ...(query.audience === undefined ? {} : { audience: query.audience }),
            ...(query.client_id === undefined ? {} : { clientId: query.client_id }),
          });
      const items = page.items.map(toWireClientGrant);
      return {
        status: 200,
        body: toListBody('client_grants', { items, total: page.total }, { query }),
      };
    },
    createClientGrant: async (request) => {
      const { store, body } = request;
      if ((await store.clients.find(body.client_id)) === undefined) {
        throw notFound('The client does not exist', 'inexistent_client');
      }
      checkScopes(await getAudience(store, body.audience), body.scope ?? []);
      await checkPlatformScopes(request, { audience: body.audience, scopes: body.scope ?? [] });
      const created = await orConflict(
        store.clientGrants.create(
          readNewClientGrant(body, createClientGrantId(services.randomBytes)),
        ),
        GRANT_TAKEN,
      );
      return { status: 201, body: toWireClientGrant(created) };
    },
    getClientGrant: async ({ store, params }) => {
      const grant = await store.clientGrants.find(params.id);
      if (grant === undefined) throw grantNotFound();
      return { status: 200, body: toWireClientGrant(grant) };
    },
    updateClientGrant: async (request) => {
      const { store, params, body } = request;
      const grant = await store.clientGrants.find(params.id);
      if (grant === undefined) throw grantNotFound();
      const { audience } = grant;
      if (body.scope !== undefined) {
        checkScopes(await getAudience(store, audience), body.scope);
        const scopes = body.scope.filter((scope) => !grant.scope.includes(scope));
        await checkPlatformScopes(request, { audience, scopes });
      }
      const updated = await store.clientGrants.update(grant.id, readClientGrantPatch(grant, body));
      if (updated === undefined) throw grantNotFound();
      return { status: 200, body: toWireClientGrant(updated) };
    },
    deleteClientGrant: async ({ store, params }) => {
      await store.clientGrants.delete(params.id);
      return { status: 204 };
    },
  };
}
