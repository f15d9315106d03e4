import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import {
  createClientSecret,
  createObjectId,
  type RandomBytes,
  type ResourceServer,
  type TenantStore,
} from '@tessera/model';
import type { AccessToken } from '../../http/access-token.ts';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { orConflict } from '../../http/or-conflict.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { WireError } from '../../http/wire-error.ts';
import {
  readNewResourceServer,
  readResourceServerPatch,
  toWireResourceServer,
} from './resource-server-mapper.ts';

type ResourceServerOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listResourceServers'
  | 'createResourceServer'
  | 'getResourceServer'
  | 'updateResourceServer'
  | 'deleteResourceServer'
>;

const isId = (text: string): boolean => /^[0-9a-f]{24}$/.test(text);

/** Finds an API by id or, as tools do, by identifier. */
const findResourceServer = async (
  store: TenantStore,
  key: string,
): Promise<ResourceServer | undefined> =>
  (isId(key) ? await store.resourceServers.find(key) : undefined) ??
  (await store.resourceServers.findByIdentifier(key));

async function getResourceServer(store: TenantStore, key: string): Promise<ResourceServer> {
  const found = await findResourceServer(store, key);
  if (found === undefined) {
    throw notFound('The resource server does not exist', 'inexistent_resource_server');
  }
  return found;
}

function refuseSystem(resourceServer: ResourceServer, verb: string): void {
  if (!resourceServer.isSystem) return;
  throw new WireError('invalid_body', `System resource servers cannot be ${verb}.`, {
    errorCode: 'operation_not_supported',
  });
}

const IDENTIFIER_TAKEN = {
  message: 'A resource server with the same identifier already exists.',
  errorCode: 'resource_server_conflict',
};

/**
 * Reading an API does not make its tokens: the secret that signs them is for those who could set it.
 */
function showFor(token: AccessToken, resourceServer: ResourceServer) {
  const wire = toWireResourceServer(resourceServer);
  if (token.scopes.has('update:resource_servers') || token.scopes.has('create:resource_servers')) {
    return wire;
  }
  const { signing_secret: _secret, ...visible } = wire;
  return visible;
}

export function resourceServerHandlers(services: {
  readonly randomBytes: RandomBytes;
}): OperationHandlers<ResourceServerOperations> {
  const { randomBytes } = services;
  return {
    listResourceServers: async ({ store, token, query }) => {
      const page = await store.resourceServers.list({
        ...toPageQuery(query),
        ...(query.identifiers === undefined ? {} : { identifiers: query.identifiers }),
      });
      const items = page.items.map((item) => showFor(token, item));
      return {
        status: 200,
        body: toListBody('resource_servers', { items, total: page.total }, { query }),
      };
    },
    createResourceServer: async ({ store, body }) => {
      const created = await orConflict(
        store.resourceServers.create(
          readNewResourceServer(body, {
            id: createObjectId(randomBytes),
            signingSecret: createClientSecret(randomBytes),
          }),
        ),
        IDENTIFIER_TAKEN,
      );
      return { status: 201, body: toWireResourceServer(created) };
    },
    getResourceServer: async ({ store, token, params }) => ({
      status: 200,
      body: showFor(token, await getResourceServer(store, params.id)),
    }),
    updateResourceServer: async ({ store, params, body }) => {
      const current = await getResourceServer(store, params.id);
      refuseSystem(current, 'changed');
      const patch = readResourceServerPatch(current, body, {
        signingSecret: createClientSecret(randomBytes),
      });
      const updated = await store.resourceServers.update(current.id, patch);
      if (updated === undefined) {
        throw notFound('The resource server does not exist', 'inexistent_resource_server');
      }
      return { status: 200, body: toWireResourceServer(updated) };
    },
    deleteResourceServer: async ({ store, params }) => {
      const found = await findResourceServer(store, params.id);
      if (found !== undefined) {
        refuseSystem(found, 'deleted');
        await store.resourceServers.delete(found.id);
      }
      return { status: 204 };
    },
  };
}
