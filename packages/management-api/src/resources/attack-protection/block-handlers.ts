import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { TenantStore, User } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers, OperationRequest } from '../../http/operation-handler.ts';
import type { UserAccounts } from '../users/user-accounts.ts';

type Operations = typeof MANAGEMENT_OPERATIONS;
type BlockOperations = Pick<
  Operations,
  | 'listUserBlocksByIdentifier'
  | 'deleteUserBlocksByIdentifier'
  | 'listUserBlocks'
  | 'deleteUserBlocks'
  | 'checkIpBlock'
  | 'deleteIpBlock'
>;

async function getUser(store: TenantStore, id: string): Promise<User> {
  const user = await store.users.find(id);
  if (user === undefined) throw notFound('The user does not exist.', 'inexistent_user');
  return user;
}

/** Database connections that are looked through for an identifier. */
const MAX_CONNECTIONS = 100;

/** Whoever logs in with the identifier, in any database of the tenant. */
async function findUsers(store: TenantStore, identifier: string): Promise<readonly User[]> {
  const page = { page: 0, perPage: MAX_CONNECTIONS, strategy: 'auth0' };
  const { items } = await store.connections.list(page);
  const kinds = [{ email: identifier }, { username: identifier }, { phoneNumber: identifier }];
  const found = await Promise.all(
    items.flatMap(({ name }) => kinds.map((kind) => store.users.findByIdentifier(name, kind))),
  );
  return found.filter((user) => user !== undefined);
}

export function blockHandlers(services: {
  readonly accounts: UserAccounts;
}): OperationHandlers<BlockOperations> {
  const { loginBlocks } = services.accounts;
  const contextOf = ({
    context,
    store,
    facts,
  }: Pick<OperationRequest<Operations['checkIpBlock']>, 'context' | 'store' | 'facts'>) => ({
    tenant: context.tenant,
    baseUrl: context.baseUrl,
    store,
    request: facts,
  });
  return {
    listUserBlocksByIdentifier: async (request) => {
      const users = await findUsers(request.store, request.query.identifier);
      const blocks = await Promise.all(
        users.map((user) => loginBlocks.list(contextOf(request), user)),
      );
      return { status: 200, body: { blocked_for: blocks.flat() } };
    },
    deleteUserBlocksByIdentifier: async (request) => {
      for (const user of await findUsers(request.store, request.query.identifier)) {
        await loginBlocks.lift(contextOf(request), user);
      }
      return { status: 204 };
    },
    listUserBlocks: async (request) => {
      const user = await getUser(request.store, request.params.id);
      return {
        status: 200,
        body: { blocked_for: await loginBlocks.list(contextOf(request), user) },
      };
    },
    deleteUserBlocks: async (request) => {
      await loginBlocks.lift(contextOf(request), await getUser(request.store, request.params.id));
      return { status: 204 };
    },
    checkIpBlock: async (request) => {
      if (await loginBlocks.isAddressBlocked(contextOf(request), request.params.id)) {
        return { status: 200, body: {} };
      }
      throw notFound('IP address specified is not currently blocked.');
    },
    deleteIpBlock: async (request) => {
      await loginBlocks.unblockAddress(contextOf(request), request.params.id);
      return { status: 204 };
    },
  };
}
