import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import {
  answerCheckpoints,
  checkRoles,
  getGroup,
  toWireGroup,
  toWireGroupRole,
} from './group-mapper.ts';

type GroupRoleOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listGroupRoles'
  | 'assignGroupRoles'
  | 'removeGroupRoles'
  | 'listRoleGroups'
  | 'assignRoleGroups'
  | 'removeRoleGroups'
>;

/** Which groups have which roles, asked from either side. */
export function groupRoleHandlers(): OperationHandlers<GroupRoleOperations> {
  return {
    listGroupRoles: async ({ store, params, query }) => {
      const { id } = await getGroup(store, params.id);
      return await answerCheckpoints('roles', query, {
        read: (slice) => store.groups.listRoles(id, slice),
        toWire: toWireGroupRole,
      });
    },
    assignGroupRoles: async ({ store, params, body }) => {
      const { id } = await getGroup(store, params.id);
      const roles = [...new Set(body.roles)];
      await checkRoles(store, roles);
      await store.groups.assignRoles(id, roles);
      return { status: 204 };
    },
    removeGroupRoles: async ({ store, params, body }) => {
      const { id } = await getGroup(store, params.id);
      await store.groups.unassignRoles(id, [...new Set(body.roles)]);
      return { status: 204 };
    },
    listRoleGroups: async ({ store, context, params, query }) => {
      await checkRoles(store, [params.id]);
      return await answerCheckpoints('groups', query, {
        read: (slice) => store.groups.listForRole(params.id, slice),
        toWire: toWireGroup(context),
      });
    },
    assignRoleGroups: async ({ store, params, body }) => {
      await checkRoles(store, [params.id]);
      const groups = [...new Set(body.groups)];
      for (const groupId of groups) await getGroup(store, groupId);
      await store.transaction(async (tx) => {
        for (const groupId of groups) await tx.groups.assignRoles(groupId, [params.id]);
      });
      return { status: 204 };
    },
    removeRoleGroups: async ({ store, params, body }) => {
      await checkRoles(store, [params.id]);
      await store.transaction(async (tx) => {
        for (const groupId of new Set(body.groups)) {
          await tx.groups.unassignRoles(groupId, [params.id]);
        }
      });
      return { status: 204 };
    },
  };
}
