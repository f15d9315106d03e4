import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import {
  type Client,
  createClientId,
  createClientSecret,
  type RandomBytes,
  type RequestContext,
  type TenantStore,
} from '@tessera/model';
import { type AccessToken, checkScopes } from '../../http/access-token.ts';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers, OperationRequest } from '../../http/operation-handler.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { selectFields } from '../../http/select-fields.ts';
import { describeSigningKeys } from '../signing-keys/signing-key-mapper.ts';
import {
  readClientPatch,
  readNewClient,
  toWireClient,
  type WireSigningKeys,
} from './client-mapper.ts';

type ClientOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listClients'
  | 'createClient'
  | 'getClient'
  | 'updateClient'
  | 'deleteClient'
  | 'rotateClientSecret'
>;

const clientNotFound = () => notFound('The client does not exist', 'inexistent_client');

/** Keys go only to callers that may read them, or that have just set them. */
const KEY_SCOPES = [
  'read:client_keys',
  'read:client_credentials',
  'update:client_keys',
  'create:client_keys',
];

async function keysFor(
  token: AccessToken,
  store: TenantStore,
  context: RequestContext,
): Promise<WireSigningKeys | undefined> {
  const mayReadKeys = KEY_SCOPES.some((scope) => token.scopes.has(scope));
  return mayReadKeys ? await keysOf(store, context) : undefined;
}

async function keysOf(store: TenantStore, context: RequestContext): Promise<WireSigningKeys> {
  const keys = await describeSigningKeys(store, context);
  return keys
    .filter(({ current }) => current)
    .map(({ cert, pkcs7 }) => ({
      cert,
      pkcs7,
      subject: `/CN=${new URL(context.baseUrl).hostname}`,
    }));
}

/** Whoever sets a client's secret can speak in its name: that needs the scope for keys. */
function checkUpdateScope({
  token,
  body,
}: OperationRequest<ClientOperations['updateClient']>): void {
  const { client_secret: secret, ...others } = body;
  if (secret !== undefined) checkScopes(token, ['update:client_keys']);
  if (Object.keys(others).length > 0) checkScopes(token, ['update:clients']);
}

/** Client ids are letters and digits, or what an operator chose; nothing else is looked up. */
async function getClient(store: TenantStore, id: string): Promise<Client> {
  const client = await store.clients.find(id);
  if (client === undefined) throw clientNotFound();
  return client;
}

export function clientHandlers(services: {
  readonly randomBytes: RandomBytes;
}): OperationHandlers<ClientOperations> {
  const { randomBytes } = services;
  return {
    listClients: async ({ store, context, token, query }) => {
      // There is no global client here.
      const page =
        query.is_global === true
          ? { items: [], total: 0 }
          : await store.clients.list({
              ...toPageQuery(query),
              ...(query.app_type === undefined ? {} : { type: query.app_type.split(',') }),
              ...(query.is_first_party === undefined ? {} : { isFirstParty: query.is_first_party }),
            });
      const keys = await keysFor(token, store, context);
      const items = page.items.map((client) => selectFields(toWireClient(client, keys), query));
      return { status: 200, body: toListBody('clients', { items, total: page.total }, { query }) };
    },
    createClient: async ({ store, context, body }) => {
      const client = await store.clients.create(
        readNewClient(body, {
          clientId: createClientId(randomBytes),
          clientSecret: createClientSecret(randomBytes),
        }),
      );
      return { status: 201, body: toWireClient(client, await keysOf(store, context)) };
    },
    getClient: async ({ store, context, token, params, query }) => {
      const client = await getClient(store, params.id);
      const keys = await keysFor(token, store, context);
      return { status: 200, body: selectFields(toWireClient(client, keys), query) };
    },
    updateClient: async (request) => {
      const { store, context, token, params, body } = request;
      checkUpdateScope(request);
      const patch = readClientPatch(await getClient(store, params.id), body);
      const client = await store.clients.update(params.id, patch);
      if (client === undefined) throw clientNotFound();
      return { status: 200, body: toWireClient(client, await keysFor(token, store, context)) };
    },
    deleteClient: async ({ store, params }) => {
      await store.clients.delete(params.id);
      return { status: 204 };
    },
    rotateClientSecret: async ({ store, context, params }) => {
      const clientSecret = createClientSecret(randomBytes);
      const client = await store.clients.update(params.id, { clientSecret });
      if (client === undefined) throw clientNotFound();
      return { status: 200, body: toWireClient(client, await keysOf(store, context)) };
    },
  };
}
