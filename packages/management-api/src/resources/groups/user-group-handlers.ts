import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { EffectiveRole, ResourceServer, TenantStore } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { selectFields } from '../../http/select-fields.ts';
import {
  answerCheckpoints,
  checkRoles,
  checkUsers,
  toWireGroup,
  toWireGroupRole,
} from './group-mapper.ts';

type UserGroupOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listUserGroups'
  | 'listUserEffectiveRoles'
  | 'listUserRoleSourceGroups'
  | 'listUserEffectivePermissions'
  | 'listUserPermissionSourceRoles'
>;

const toWireEffectiveRole = (role: EffectiveRole) => ({
  ...toWireGroupRole(role),
  sources: role.sources,
});

/** What a user has by groups. */
export function userGroupHandlers(): OperationHandlers<UserGroupOperations> {
  return {
    listUserGroups: async ({ store, context, params, query }) => {
      await checkUsers(store, [params.id]);
      const { items, total } = await store.groups.listForUser(params.id, toPageQuery(query));
      const toWire = toWireGroup(context);
      const wire = items.map((group) => ({
        ...toWire(group),
        membership_created_at: group.memberSince.toISOString(),
      }));
      const page = { items: wire.map((group) => selectFields(group, query)), total };
      return { status: 200, body: toListBody('groups', page, { query }) };
    },
    listUserEffectiveRoles: async ({ store, params, query }) => {
      await checkUsers(store, [params.id]);
      return await answerCheckpoints('roles', query, {
        read: (slice) => store.roles.listEffective(params.id, slice),
        toWire: toWireEffectiveRole,
      });
    },
    listUserRoleSourceGroups: async ({ store, context, params, query }) => {
      await checkUsers(store, [params.id]);
      await checkRoles(store, [query.role_id]);
      return await answerCheckpoints('groups', query, {
        read: (slice) => store.groups.listForRole(query.role_id, { ...slice, memberId: params.id }),
        toWire: toWireGroup(context),
      });
    },
    listUserEffectivePermissions: async ({ store, params, query }) => {
      await checkUsers(store, [params.id]);
      const { resource_server_identifier: audience } = query;
      const api = await getApi(store, audience);
      return await answerCheckpoints('permissions', query, {
        read: (slice) => store.roles.listPermissionSources(params.id, { ...slice, audience }),
        toWire: ({ permissionName, sources }) => {
          const scope = api.scopes.find(({ value }) => value === permissionName);
          return {
            permission_name: permissionName,
            ...(scope?.description === undefined ? {} : { description: scope.description }),
            resource_server_name: api.name,
            resource_server_identifier: audience,
            sources,
          };
        },
      });
    },
    listUserPermissionSourceRoles: async ({ store, params, query }) => {
      await checkUsers(store, [params.id]);
      const granting = {
        resourceServerIdentifier: query.resource_server_identifier,
        permissionName: query.permission_name,
      };
      await getApi(store, granting.resourceServerIdentifier);
      return await answerCheckpoints('roles', query, {
        read: (slice) => store.roles.listEffective(params.id, { ...slice, granting }),
        toWire: toWireEffectiveRole,
      });
    },
  };
}

async function getApi(store: TenantStore, identifier: string): Promise<ResourceServer> {
  const api = await store.resourceServers.findByIdentifier(identifier);
  if (api !== undefined) return api;
  throw notFound(`The resource server does not exist: ${identifier}`, 'inexistent_resource_server');
}
