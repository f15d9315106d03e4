import type { Group, GroupFilter, GroupRepository } from '@tessera/model';
import {
  and,
  asc,
  eq,
  exists,
  getTableColumns,
  ilike,
  inArray,
  isNull,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { groupMembers, groupRoles, groups, roles, users } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { first, sliceOf, toPage, withoutNulls } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(groups);

type GroupRows = Pick<GroupRepository, 'create' | 'find' | 'list' | 'count' | 'update' | 'delete'>;
type Members = Pick<
  GroupRepository,
  'addMembers' | 'removeMembers' | 'listMembers' | 'listForUser' | 'isMember'
>;
type Roles = Pick<GroupRepository, 'assignRoles' | 'unassignRoles' | 'listRoles' | 'listForRole'>;

export function createGroupRepository(context: RepositoryContext): GroupRepository {
  return { ...groupRows(context), ...membersOfGroups(context), ...rolesOfGroups(context) };
}

type GroupRow = Omit<typeof groups.$inferSelect, 'tenantId' | 'sequence'>;

function read({ content, ...row }: GroupRow): Group {
  const { externalId } = content;
  return { ...row, ...(typeof externalId === 'string' && { externalId }) };
}

const externalIdColumn = sql`${groups.content} ->> 'externalId'`;

function matches({ name, externalId, search }: GroupFilter): SQL | undefined {
  const pattern = search === undefined ? undefined : `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return and(
    name === undefined ? undefined : eq(groups.name, name),
    externalId === undefined ? undefined : sql`${externalIdColumn} = ${externalId}`,
    pattern === undefined
      ? undefined
      : or(ilike(groups.name, pattern), sql`${externalIdColumn} ilike ${pattern}`),
  );
}

function groupRows({ tenantId, session: { db } }: RepositoryContext): GroupRows {
  const ofTenant = eq(groups.tenantId, tenantId);
  const rowOf = (id: string) => and(ofTenant, eq(groups.id, id));
  return {
    create: async ({ id, name, externalId }) => {
      const content = externalId === undefined ? {} : { externalId };
      const rows = await db
        .insert(groups)
        .values({ tenantId, id, name, content })
        .returning(columns);
      return read(first(rows));
    },
    find: async (id) => {
      const [row] = await db.select(columns).from(groups).where(rowOf(id)).limit(1);
      return row && read(row);
    },
    list: async (query) => {
      const where = and(ofTenant, matches(query));
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(groups)
        .where(where)
        .orderBy(asc(groups.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(read), () => db.$count(groups, where));
    },
    count: async () => db.$count(groups, ofTenant),
    update: async (id, { name, externalId }) => {
      const content =
        externalId === undefined ? undefined : externalId === null ? {} : { externalId };
      const [row] = await db
        .update(groups)
        .set({
          ...(name !== undefined && { name }),
          ...(content !== undefined && { content }),
          updatedAt: new Date(),
        })
        .where(rowOf(id))
        .returning(columns);
      return row && read(row);
    },
    delete: async (id) =>
      (await db.delete(groups).where(rowOf(id)).returning({ id: groups.id })).length > 0,
  };
}

function membersOfGroups({ tenantId, session: { db } }: RepositoryContext): Members {
  /** Members who are nobody else's identity. */
  const isPrimary = exists(
    db
      .select({ one: sql`1` })
      .from(users)
      .where(
        and(
          eq(users.tenantId, groupMembers.tenantId),
          eq(users.userId, groupMembers.userId),
          isNull(users.linkedTo),
        ),
      ),
  );
  const ofGroup = (groupId: string) =>
    and(eq(groupMembers.tenantId, tenantId), eq(groupMembers.groupId, groupId));
  const ofUser = (userId: string) =>
    and(eq(groupMembers.tenantId, tenantId), eq(groupMembers.userId, userId), isPrimary);
  const itsGroup = and(
    eq(groups.tenantId, groupMembers.tenantId),
    eq(groups.id, groupMembers.groupId),
  );
  return {
    addMembers: async (groupId, userIds) => {
      if (userIds.length === 0) return;
      await db
        .insert(groupMembers)
        .values(userIds.map((userId) => ({ tenantId, groupId, userId })))
        .onConflictDoNothing();
    },
    removeMembers: async (groupId, userIds) => {
      await db
        .delete(groupMembers)
        .where(and(ofGroup(groupId), inArray(groupMembers.userId, [...userIds])));
    },
    listMembers: async (groupId, query) => {
      const where = and(ofGroup(groupId), isPrimary);
      const { limit, offset } = sliceOf(query);
      const items = await db
        .select({ userId: groupMembers.userId, createdAt: groupMembers.createdAt })
        .from(groupMembers)
        .where(where)
        .orderBy(asc(groupMembers.createdAt), asc(groupMembers.userId))
        .limit(limit)
        .offset(offset);
      return toPage(query, items, () => db.$count(groupMembers, where));
    },
    listForUser: async (userId, query) => {
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select({ group: columns, memberSince: groupMembers.createdAt })
        .from(groupMembers)
        .innerJoin(groups, itsGroup)
        .where(ofUser(userId))
        .orderBy(asc(groups.sequence))
        .limit(limit)
        .offset(offset);
      const items = rows.map(({ group, memberSince }) => ({ ...read(group), memberSince }));
      return toPage(query, items, () => db.$count(groupMembers, ofUser(userId)));
    },
    isMember: async (userId, idsOrNames) => {
      const named = [...idsOrNames];
      const rows = await db
        .select({ id: groups.id })
        .from(groupMembers)
        .innerJoin(groups, itsGroup)
        .where(and(ofUser(userId), or(inArray(groups.id, named), inArray(groups.name, named))))
        .limit(1);
      return rows.length > 0;
    },
  };
}

function rolesOfGroups({ tenantId, session: { db } }: RepositoryContext): Roles {
  const ofGroup = (groupId: string) =>
    and(eq(groupRoles.tenantId, tenantId), eq(groupRoles.groupId, groupId));
  const { tenantId: ___, sequence: ____, ...roleColumns } = getTableColumns(roles);
  return {
    assignRoles: async (groupId, roleIds) => {
      if (roleIds.length === 0) return;
      await db
        .insert(groupRoles)
        .values(roleIds.map((roleId) => ({ tenantId, groupId, roleId })))
        .onConflictDoNothing();
    },
    unassignRoles: async (groupId, roleIds) => {
      await db
        .delete(groupRoles)
        .where(and(ofGroup(groupId), inArray(groupRoles.roleId, [...roleIds])));
    },
    listRoles: async (groupId, query) => {
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(roleColumns)
        .from(groupRoles)
        .innerJoin(
          roles,
          and(eq(roles.tenantId, groupRoles.tenantId), eq(roles.id, groupRoles.roleId)),
        )
        .where(ofGroup(groupId))
        .orderBy(asc(roles.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(withoutNulls), () => db.$count(groupRoles, ofGroup(groupId)));
    },
    listForRole: async (roleId, query) => {
      const hasRole = exists(
        db
          .select({ one: sql`1` })
          .from(groupRoles)
          .where(and(ofRoleOf(tenantId, roleId), eq(groupRoles.groupId, groups.id))),
      );
      const { memberId } = query;
      const isOfMember = exists(
        db
          .select({ one: sql`1` })
          .from(groupMembers)
          .where(
            and(
              eq(groupMembers.tenantId, tenantId),
              eq(groupMembers.groupId, groups.id),
              eq(groupMembers.userId, memberId ?? ''),
            ),
          ),
      );
      const where = and(
        eq(groups.tenantId, tenantId),
        hasRole,
        memberId === undefined ? undefined : isOfMember,
      );
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(groups)
        .where(where)
        .orderBy(asc(groups.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(read), () => db.$count(groups, where));
    },
  };
}

const ofRoleOf = (tenantId: string, roleId: string) =>
  and(eq(groupRoles.tenantId, tenantId), eq(groupRoles.roleId, roleId));
