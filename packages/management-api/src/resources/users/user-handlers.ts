import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { TenantStore, User } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers, OperationRequest } from '../../http/operation-handler.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { selectFields } from '../../http/select-fields.ts';
import { WireError } from '../../http/wire-error.ts';
import { toWireLogEntry } from '../logs/log-mapper.ts';
import { readSort } from '../logs/log-query.ts';
import {
  checkPermissions,
  readPermissions,
  toWirePermissions,
} from '../roles/permission-mapper.ts';
import { toWireRole } from '../roles/role-handlers.ts';
import type { UserAccounts } from './user-accounts.ts';
import { readNewUser, readUserChange, toWireUser } from './user-mapper.ts';

type Operations = typeof MANAGEMENT_OPERATIONS;
type ProfileOperations = Pick<
  Operations,
  | 'listUsers'
  | 'createUser'
  | 'listUsersByEmail'
  | 'getUser'
  | 'updateUser'
  | 'deleteUser'
  | 'listUserLogs'
>;
type AssignmentOperations = Pick<
  Operations,
  | 'listUserRoles'
  | 'assignUserRoles'
  | 'removeUserRoles'
  | 'listUserPermissions'
  | 'addUserPermissions'
  | 'removeUserPermissions'
>;

/** Where a permission comes from that is the user's own, not a role's. */
const DIRECT = { source_id: '', source_name: '', source_type: 'DIRECT' };

const userNotFound = () => notFound('The user does not exist.', 'inexistent_user');

async function getUser(store: TenantStore, id: string): Promise<User> {
  const user = await store.users.find(id);
  if (user === undefined) throw userNotFound();
  return user;
}

/** A token for application metadata alone changes nothing else. */
function checkUpdateScope({ token, body }: OperationRequest<Operations['updateUser']>): void {
  if (token.scopes.has('update:users')) return;
  if (Object.keys(body).every((name) => name === 'app_metadata')) return;
  throw new WireError('insufficient_scope', 'Insufficient scope, expected any of: update:users', {
    errorCode: 'insufficient_scope',
  });
}

const unknownConnection = () =>
  new WireError('invalid_body', 'The connection does not exist.', {
    errorCode: 'inexistent_connection',
  });

export function userHandlers(services: {
  readonly accounts: UserAccounts;
}): OperationHandlers<ProfileOperations & AssignmentOperations> {
  const { accounts } = services;
  return {
    ...userAssignmentHandlers(),
    listUsers: async ({ store, query }) => {
      const { q, connection, sort } = query;
      if (sort !== undefined && sort !== 'created_at:-1') {
        throw new WireError('invalid_query_string', `Users cannot be sorted by "${sort}".`, {
          errorCode: 'invalid_query_string',
        });
      }
      const page = await store.users.list({
        ...toPageQuery(query),
        ...(q === undefined || q.trim() === '' ? {} : { q }),
        ...(connection === undefined ? {} : { connection }),
      });
      const items = page.items.map((user) => selectFields(toWireUser(user), query));
      return {
        status: 200,
        body: toListBody('users', { items, total: page.total }, { query, hasLength: true }),
      };
    },
    createUser: async ({ store, context, facts, body }) => {
      const connection = await store.connections.findByName(body.connection);
      if (connection === undefined) throw unknownConnection();
      const { user } = await accounts.createUser(
        { tenant: context.tenant, store, baseUrl: context.baseUrl, request: facts },
        readNewUser(body, connection),
      );
      // Told when it was asked for, as recorded.
      const state = body.blocked === undefined ? {} : { blocked: user.blocked };
      return { status: 201, body: { ...toWireUser(user), ...state } };
    },
    listUsersByEmail: async ({ store, query }) => {
      const users = await store.users.listByEmail(query.email.toLowerCase());
      return { status: 200, body: users.map((user) => selectFields(toWireUser(user), query)) };
    },
    getUser: async ({ store, params, query }) => ({
      status: 200,
      body: selectFields(toWireUser(await getUser(store, params.id)), query),
    }),
    updateUser: async (request) => {
      const { store, context, facts, params, body } = request;
      checkUpdateScope(request);
      const { identities } = await getUser(store, params.id);
      const { connection } = body;
      if (connection !== undefined && !identities.some((one) => one.connection === connection)) {
        throw unknownConnection();
      }
      const accountContext = {
        tenant: context.tenant,
        store,
        baseUrl: context.baseUrl,
        request: facts,
      };
      const user = await accounts.updateUser(accountContext, params.id, readUserChange(body));
      return { status: 200, body: toWireUser(user) };
    },
    deleteUser: async ({ store, params }) => {
      await store.users.delete(params.id);
      return { status: 204 };
    },
    listUserLogs: async ({ store, context, params, query }) => {
      const { userId } = await getUser(store, params.id);
      const page = await store.logs.list({
        ...toPageQuery(query),
        ...readSort(query.sort),
        userId,
      });
      const items = page.items.map((entry) => toWireLogEntry(entry, context));
      return { status: 200, body: toListBody('logs', { items, total: page.total }, { query }) };
    },
  };
}

function userAssignmentHandlers(): OperationHandlers<AssignmentOperations> {
  return {
    listUserRoles: async ({ store, params, query }) => {
      const { userId } = await getUser(store, params.id);
      const page = await store.roles.listForUser(userId, toPageQuery(query));
      const items = page.items.map(toWireRole);
      return { status: 200, body: toListBody('roles', { items, total: page.total }, { query }) };
    },
    assignUserRoles: async ({ store, params, body }) => {
      const { userId } = await getUser(store, params.id);
      for (const roleId of body.roles) {
        if ((await store.roles.find(roleId)) === undefined)
          throw notFound('The role does not exist.');
      }
      await store.roles.assign(userId, [...new Set(body.roles)]);
      return { status: 204 };
    },
    removeUserRoles: async ({ store, params, body }) => {
      const { userId } = await getUser(store, params.id);
      await store.roles.unassign(userId, [...new Set(body.roles)]);
      return { status: 204 };
    },
    listUserPermissions: async ({ store, params, query }) => {
      const { userId } = await getUser(store, params.id);
      const found = await store.roles.listUserPermissions(userId, toPageQuery(query));
      const { items, total } = await toWirePermissions(store, found);
      const page = { items: items.map((item) => ({ ...item, sources: [DIRECT] })), total };
      return { status: 200, body: toListBody('permissions', page, { query }) };
    },
    addUserPermissions: async (request) => {
      const { store, params, body } = request;
      const { userId } = await getUser(store, params.id);
      const permissions = readPermissions(body);
      await checkPermissions(request, permissions);
      await store.roles.grantToUser(userId, permissions);
      return { status: 201, body: {} };
    },
    removeUserPermissions: async ({ store, params, body }) => {
      const { userId } = await getUser(store, params.id);
      await store.roles.revokeFromUser(userId, readPermissions(body));
      return { status: 204 };
    },
  };
}
