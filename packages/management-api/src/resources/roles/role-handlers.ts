import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import { createRoleId, type RandomBytes, type Role, type TenantStore } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { orConflict } from '../../http/or-conflict.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { checkPermissions, readPermissions, toWirePermissions } from './permission-mapper.ts';

type RoleOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listRoles'
  | 'createRole'
  | 'getRole'
  | 'updateRole'
  | 'deleteRole'
  | 'listRolePermissions'
  | 'addRolePermissions'
  | 'removeRolePermissions'
  | 'listRoleUsers'
  | 'assignRoleUsers'
>;

const roleNotFound = () => notFound('The role does not exist.');

/** A role as the wire has it. Reading one always answers a description. */
export const toWireRole = ({ id, name, description }: Role) => ({
  id,
  name,
  description: description ?? '',
  type: 'tenant',
});

/** The answer to a creation leaves out what was not given. */
const toWireNewRole = ({ id, name, description }: Role) => ({
  id,
  name,
  ...(description === undefined ? {} : { description }),
  type: 'tenant',
});

async function getRole(store: TenantStore, id: string): Promise<Role> {
  const role = await store.roles.find(id);
  if (role === undefined) throw roleNotFound();
  return role;
}

const ROLE_TAKEN = {
  message: 'The role already exists.',
  errorCode: 'role_conflict',
};

/** Members of a role as its list shows them. */
async function listUsers(store: TenantStore, userIds: readonly string[]) {
  const users = await Promise.all(userIds.map((userId) => store.users.find(userId)));
  return users
    .filter((user) => user !== undefined)
    .map(({ userId, email, picture, name }) => ({
      user_id: userId,
      ...(email === undefined ? {} : { email }),
      ...(picture === undefined ? {} : { picture }),
      ...(name === undefined ? {} : { name }),
    }));
}

export function roleHandlers(services: {
  readonly randomBytes: RandomBytes;
}): OperationHandlers<RoleOperations> {
  return {
    ...rolePermissionHandlers(),
    listRoles: async ({ store, query }) => {
      const page = await store.roles.list({
        ...toPageQuery(query),
        ...(query.name_filter === undefined ? {} : { nameFilter: query.name_filter }),
      });
      const items = page.items.map(toWireRole);
      return { status: 200, body: toListBody('roles', { items, total: page.total }, { query }) };
    },
    createRole: async ({ store, body }) => {
      const { name, description } = body;
      const role = await orConflict(
        store.roles.create({
          id: createRoleId(services.randomBytes),
          name,
          ...(description === undefined ? {} : { description }),
        }),
        ROLE_TAKEN,
      );
      return { status: 200, body: toWireNewRole(role) };
    },
    getRole: async ({ store, params }) => ({
      status: 200,
      body: toWireRole(await getRole(store, params.id)),
    }),
    updateRole: async ({ store, params, body }) => {
      const { name, description } = body;
      const patch = {
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description }),
      };
      const role = await orConflict(store.roles.update(params.id, patch), ROLE_TAKEN);
      if (role === undefined) throw roleNotFound();
      return { status: 200, body: toWireRole(role) };
    },
    deleteRole: async ({ store, params }) => {
      if (!(await store.roles.delete(params.id))) throw roleNotFound();
      return { status: 200, body: {} };
    },
    listRoleUsers: async ({ store, params, query }) => {
      const { id } = await getRole(store, params.id);
      const page = await store.roles.listUsers(id, toPageQuery(query));
      const items = await listUsers(store, page.items);
      return { status: 200, body: toListBody('users', { items, total: page.total }, { query }) };
    },
    assignRoleUsers: async ({ store, params, body }) => {
      const { id } = await getRole(store, params.id);
      const users = [...new Set(body.users)];
      for (const userId of users) {
        if ((await store.users.find(userId)) === undefined) {
          throw notFound('The user does not exist.', 'inexistent_user');
        }
      }
      await store.transaction(async (tx) => {
        for (const userId of users) await tx.roles.assign(userId, [id]);
      });
      return { status: 200, body: {} };
    },
  };
}

function rolePermissionHandlers(): OperationHandlers<
  Pick<RoleOperations, 'listRolePermissions' | 'addRolePermissions' | 'removeRolePermissions'>
> {
  return {
    listRolePermissions: async ({ store, params, query }) => {
      const { id } = await getRole(store, params.id);
      const page = await toWirePermissions(
        store,
        await store.roles.listPermissions(id, toPageQuery(query)),
      );
      return { status: 200, body: toListBody('permissions', page, { query }) };
    },
    addRolePermissions: async (request) => {
      const { store, params, body } = request;
      const { id } = await getRole(store, params.id);
      const permissions = readPermissions(body);
      await checkPermissions(request, permissions);
      await store.roles.addPermissions(id, permissions);
      return { status: 201, body: {} };
    },
    removeRolePermissions: async ({ store, params, body }) => {
      const { id } = await getRole(store, params.id);
      await store.roles.removePermissions(id, readPermissions(body));
      return { status: 204 };
    },
  };
}
