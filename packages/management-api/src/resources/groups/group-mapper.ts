import type { WireGroup } from '@tessera/api-contract';
import type { Group, Page, RequestContext, Role, TenantStore } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';

/** Items that a list answers which has checkpoints and no pages, unless it is asked for another number. */
const DEFAULT_TAKE = 50;

interface CheckpointQuery {
  readonly from?: string | undefined;
  readonly take?: number | undefined;
}

/** Reads and answers a list that has checkpoints and no pages. */
export async function answerCheckpoints<T, Wire>(
  key: string,
  given: CheckpointQuery,
  list: {
    readonly read: (query: ReturnType<typeof toPageQuery>) => Promise<Page<T>>;
    readonly toWire: (item: T) => Wire;
  },
): Promise<{ readonly status: 200; readonly body: object }> {
  const query = { from: given.from, take: given.take ?? DEFAULT_TAKE };
  const { items, total } = await list.read(toPageQuery(query));
  const page = { items: items.map(list.toWire), total };
  return { status: 200, body: toListBody(key, page, { query }) };
}

/** How a group of a request's tenant is answered. */
export const toWireGroup =
  ({ tenant }: RequestContext) =>
  ({ id, name, externalId, createdAt, updatedAt }: Group): WireGroup => ({
    id,
    name,
    ...(externalId === undefined ? {} : { external_id: externalId }),
    tenant_name: tenant.name,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  });

/** A role as lists of groups and of effective roles have it. */
export const toWireGroupRole = ({ id, name, description }: Role) => ({
  id,
  name,
  description: description ?? '',
});

export const groupNotFound = () => notFound('The group does not exist.', 'inexistent_group');

/** Rejects with `not_found` when there is none. */
export async function getGroup(store: TenantStore, id: string): Promise<Group> {
  const group = await store.groups.find(id);
  if (group === undefined) throw groupNotFound();
  return group;
}

/** Rejects with `not_found` unless there are such users, who are nobody else's identity. */
export async function checkUsers(store: TenantStore, userIds: readonly string[]): Promise<void> {
  for (const userId of userIds) {
    if ((await store.users.find(userId)) === undefined) {
      throw notFound('The user does not exist.', 'inexistent_user');
    }
  }
}

/** Rejects with `not_found` unless there are such roles. */
export async function checkRoles(store: TenantStore, roleIds: readonly string[]): Promise<void> {
  for (const roleId of roleIds) {
    if ((await store.roles.find(roleId)) === undefined) throw notFound('The role does not exist.');
  }
}
