import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import {
  type Clock,
  type Connection,
  createConnectionId,
  type RandomBytes,
  type TenantStore,
} from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { orConflict } from '../../http/or-conflict.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { selectFields } from '../../http/select-fields.ts';
import { WireError } from '../../http/wire-error.ts';
import { checkUpstreamOptions } from './check-upstream-options.ts';
import { readConnectionPatch, readNewConnection, toWireConnection } from './connection-mapper.ts';

type ConnectionOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listConnections'
  | 'createConnection'
  | 'getConnection'
  | 'updateConnection'
  | 'deleteConnection'
  | 'listConnectionClients'
  | 'updateConnectionClients'
>;

/** Kinds of connections that can be created. */
const STRATEGIES = [
  'auth0',
  'email',
  'sms',
  'oidc',
] as const satisfies readonly Connection['strategy'][];
type Strategy = (typeof STRATEGIES)[number];
const isServed = (strategy: string): strategy is Strategy =>
  STRATEGIES.some((served) => served === strategy);
/** Members that no choice of fields leaves out. */
const ALWAYS_ANSWERED = ['id', 'is_domain_connection', 'authentication', 'connected_accounts'];
/** Page size of the enable list when none is asked for. */
const DEFAULT_TAKE = 50;

const connectionNotFound = () => notFound('The connection does not exist', 'inexistent_connection');

async function getConnection(store: TenantStore, id: string): Promise<Connection> {
  const connection = await store.connections.find(id);
  if (connection === undefined) throw connectionNotFound();
  return connection;
}

/** Rules over several options at once, in the words of the hosted service. */
function checkOptions(
  options:
    | { readonly attributes?: unknown; readonly requires_username?: unknown }
    | null
    | undefined,
): void {
  const attributes = options?.attributes;
  if (typeof attributes !== 'object' || attributes === null) return;
  const refuse = (message: string) =>
    new WireError('invalid_body', message, { errorCode: 'invalid_body' });
  if (options?.requires_username === true) {
    throw refuse('Cannot set both options.attributes and options.requires_username');
  }
  const active = Object.entries(attributes).filter(
    ([, attribute]) => attribute?.identifier?.active === true,
  );
  if (active.length === 0) throw refuse('attributes must contain one active identifier');
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute?.profile_required === true && attribute.signup?.status === 'inactive') {
      throw refuse(`attribute ${name} must also be required on signup`);
    }
  }
}

const NAME_TAKEN = {
  message: 'A connection with the same name already exists',
  errorCode: 'connection_conflict',
};

/** Switches clients on and off; clients that do not exist are refused before anything changes. */
async function updateClients(
  store: TenantStore,
  id: string,
  changes: readonly { readonly client_id: string; readonly status: boolean }[],
): Promise<void> {
  for (const { client_id: clientId, status } of changes) {
    if (status && (await store.clients.find(clientId)) === undefined) {
      throw new WireError('invalid_body', `The client does not exist: ${clientId}`, {
        errorCode: 'inexistent_client',
      });
    }
  }
  await store.transaction(async (tx) => {
    const connection = await getConnection(tx, id);
    const enabled = new Set(connection.enabledClients);
    for (const { client_id: clientId, status } of changes) {
      if (status) enabled.add(clientId);
      else enabled.delete(clientId);
    }
    await tx.connections.update(id, { enabledClients: [...enabled] });
  });
}

export function connectionHandlers(services: {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}): OperationHandlers<ConnectionOperations> {
  return {
    listConnections: async ({ store, query }) => {
      const { name, strategy } = query;
      const page = await store.connections.list({
        ...toPageQuery(query),
        ...(name === undefined ? {} : { name }),
        ...(strategy === undefined ? {} : { strategies: strategy }),
      });
      const items = page.items.map((connection) =>
        selectFields(toWireConnection(connection), query, ALWAYS_ANSWERED),
      );
      return {
        status: 200,
        body: toListBody('connections', { items, total: page.total }, { query }),
      };
    },
    createConnection: async ({ store, body }) => {
      const { strategy } = body;
      if (!isServed(strategy)) {
        throw new WireError(
          'invalid_body',
          `The strategy "${strategy}" is not served here; use auth0 (a database), email, sms, or oidc with any OpenID provider.`,
          { errorCode: 'operation_not_supported' },
        );
      }
      if (body.cross_app_access_requesting_app?.active === true) {
        throw new WireError(
          'invalid_body',
          'Cross App Access Requesting App is not supported for this connection.',
          { errorCode: 'operation_not_supported' },
        );
      }
      checkOptions(body.options);
      if (strategy === 'oidc') checkUpstreamOptions(body.options);
      const id = createConnectionId(services.randomBytes);
      const created = await orConflict(
        store.connections.create(readNewConnection(body, { id, strategy })),
        NAME_TAKEN,
      );
      return { status: 201, body: toWireConnection(created) };
    },
    getConnection: async ({ store, params, query }) => {
      const connection = await getConnection(store, params.id);
      return {
        status: 200,
        body: selectFields(toWireConnection(connection), query, ALWAYS_ANSWERED),
      };
    },
    updateConnection: async ({ store, params, body }) => {
      checkOptions(body.options);
      const connection = await getConnection(store, params.id);
      const patch = readConnectionPatch(connection, body);
      if (connection.strategy === 'oidc') checkUpstreamOptions(patch.options);
      const updated = await store.connections.update(params.id, patch);
      if (updated === undefined) throw connectionNotFound();
      return { status: 200, body: toWireConnection(updated) };
    },
    deleteConnection: async ({ store, params }) => {
      if (!(await store.connections.delete(params.id))) return { status: 204 };
      return { status: 202, body: { deleted_at: services.clock.now().toISOString() } };
    },
    listConnectionClients: async ({ store, params, query }) => {
      const { enabledClients } = await getConnection(store, params.id);
      const { page, perPage } = toPageQuery({ take: DEFAULT_TAKE, ...query });
      const items = enabledClients
        .slice(page * perPage, (page + 1) * perPage)
        .map((clientId) => ({ client_id: clientId }));
      const list = { items, total: enabledClients.length };
      return {
        status: 200,
        body: toListBody('clients', list, { query: { take: DEFAULT_TAKE, ...query } }),
      };
    },
    updateConnectionClients: async ({ store, params, body }) => {
      await updateClients(store, params.id, body);
      return { status: 204 };
    },
  };
}
