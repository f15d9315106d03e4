import { GROUP_LIMITS, type MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import {
  AppError,
  createGroupId,
  type Group,
  type NewGroup,
  type RandomBytes,
  type TenantStore,
} from '@tessera/model';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { orConflict } from '../../http/or-conflict.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { selectFields } from '../../http/select-fields.ts';
import {
  answerCheckpoints,
  checkUsers,
  getGroup,
  groupNotFound,
  toWireGroup,
} from './group-mapper.ts';

type GroupOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'listGroups' | 'createGroup' | 'getGroup' | 'updateGroup' | 'deleteGroup'
>;
type MemberOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'listGroupMembers' | 'addGroupMembers' | 'removeGroupMembers'
>;

const GROUP_TAKEN = {
  message: 'A group with that name already exists.',
  errorCode: 'group_conflict',
};

export function groupHandlers(services: {
  readonly randomBytes: RandomBytes;
}): OperationHandlers<GroupOperations & MemberOperations> {
  return {
    ...memberHandlers(),
    listGroups: async ({ store, context, query }) => {
      const { name, external_id: externalId, search, connection_id: connectionId } = query;
      const { items, total } =
        connectionId === undefined
          ? await store.groups.list({
              ...toPageQuery(query),
              ...(name === undefined ? {} : { name }),
              ...(externalId === undefined ? {} : { externalId }),
              ...(search === undefined ? {} : { search }),
            })
          : { items: [], total: 0 };
      const toWire = toWireGroup(context);
      const page = { items: items.map((group) => selectFields(toWire(group), query)), total };
      return { status: 200, body: toListBody('groups', page, { query }) };
    },
    createGroup: async ({ store, context, body }) => {
      const { name, external_id: externalId } = body;
      const group = await orConflict(
        createGroup(store, {
          id: createGroupId(services.randomBytes),
          name,
          ...(externalId === undefined ? {} : { externalId }),
        }),
        GROUP_TAKEN,
      );
      return { status: 201, body: toWireGroup(context)(group) };
    },
    getGroup: async ({ store, context, params }) => ({
      status: 200,
      body: toWireGroup(context)(await getGroup(store, params.id)),
    }),
    updateGroup: async ({ store, context, params, body }) => {
      const { name, external_id: externalId } = body;
      const patch = {
        ...(name === undefined ? {} : { name }),
        ...(externalId === undefined ? {} : { externalId }),
      };
      const group = await orConflict(store.groups.update(params.id, patch), GROUP_TAKEN);
      if (group === undefined) throw groupNotFound();
      return { status: 200, body: toWireGroup(context)(group) };
    },
    deleteGroup: async ({ store, params }) => {
      if (!(await store.groups.delete(params.id))) throw groupNotFound();
      return { status: 204 };
    },
  };
}

function createGroup(store: TenantStore, group: NewGroup): Promise<Group> {
  return store.transaction(async (tx) => {
    const created = await tx.groups.create(group);
    const limit = GROUP_LIMITS.perTenant;
    if ((await tx.groups.count()) > limit) {
      throw new AppError('limit_reached', `The tenant has reached its limit of ${limit} groups.`);
    }
    return created;
  });
}

function memberHandlers(): OperationHandlers<MemberOperations> {
  return {
    listGroupMembers: async ({ store, params, query }) => {
      const { id } = await getGroup(store, params.id);
      return await answerCheckpoints('members', query, {
        read: (slice) => store.groups.listMembers(id, slice),
        toWire: ({ userId, createdAt }) =>
          selectFields(
            {
              id: userId,
              member_type: 'user',
              type: 'tenant',
              created_at: createdAt.toISOString(),
            },
            query,
          ),
      });
    },
    addGroupMembers: async ({ store, params, body }) => {
      const { id } = await getGroup(store, params.id);
      const members = [...new Set(body.members)];
      await checkUsers(store, members);
      await store.groups.addMembers(id, members);
      return { status: 204 };
    },
    removeGroupMembers: async ({ store, params, body }) => {
      const { id } = await getGroup(store, params.id);
      await store.groups.removeMembers(id, [...new Set(body.members)]);
      return { status: 204 };
    },
  };
}
