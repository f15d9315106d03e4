import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
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
  'listUserGroups' | 'listUserEffectiveRoles' | 'listUserRoleSourceGroups'
>;

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
        toWire: (role) => ({ ...toWireGroupRole(role), sources: role.sources }),
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
  };
}
