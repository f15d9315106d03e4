import type { EffectivePermission, Permission, RoleRepository, RoleSource } from '@tessera/model';
import { and, asc, eq, getTableColumns, ilike, inArray, type SQL, sql } from 'drizzle-orm';
import { rolePermissions, roles, userPermissions, userRoles } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { first, pickPatch, sliceOf, toPage, withoutNulls } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(roles);

type RoleRows = Pick<RoleRepository, 'create' | 'find' | 'list' | 'update' | 'delete'>;
type RolePermissions = Pick<
  RoleRepository,
  'addPermissions' | 'removePermissions' | 'listPermissions'
>;
type RoleMembers = Pick<
  RoleRepository,
  'assign' | 'unassign' | 'listForUser' | 'listEffective' | 'listUsers'
>;
type UserPermissions = Pick<
  RoleRepository,
  | 'grantToUser'
  | 'revokeFromUser'
  | 'listUserPermissions'
  | 'listEffectivePermissions'
  | 'listPermissionSources'
>;

export function createRoleRepository(context: RepositoryContext): RoleRepository {
  return {
    ...roleRows(context),
    ...permissionsOfRoles(context),
    ...membersOfRoles(context),
    ...permissionsOfUsers(context),
  };
}

function roleRows({ tenantId, session }: RepositoryContext): RoleRows {
  const { db } = session;
  const rowOf = (id: string) => and(eq(roles.tenantId, tenantId), eq(roles.id, id));
  const find = async (id: string) => {
    const rows = await db.select(columns).from(roles).where(rowOf(id)).limit(1);
    return rows.map(withoutNulls)[0];
  };
  return {
    create: async (role) => {
      const { id, name, description } = role;
      const rows = await db
        .insert(roles)
        .values({ tenantId, id, name, ...(description !== undefined && { description }) })
        .returning(columns);
      session.changed({ tenantId, kind: 'roles' });
      return withoutNulls(first(rows));
    },
    find,
    list: async (query) => {
      const filter = query.nameFilter?.replaceAll(/[\\%_]/g, '\\$&');
      const where = and(
        eq(roles.tenantId, tenantId),
        filter === undefined ? undefined : ilike(roles.name, `%${filter}%`),
      );
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(roles)
        .where(where)
        .orderBy(asc(roles.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(withoutNulls), () => db.$count(roles, where));
    },
    update: async (id, patch) => {
      const set = pickPatch(patch, ['name', 'description']);
      if (Object.keys(set).length === 0) return find(id);
      const rows = await db.update(roles).set(set).where(rowOf(id)).returning(columns);
      session.changed({ tenantId, kind: 'roles' });
      return rows.map(withoutNulls)[0];
    },
    delete: async (id) => {
      const deleted = await db.delete(roles).where(rowOf(id)).returning({ id: roles.id });
      session.changed({ tenantId, kind: 'roles' });
      return deleted.length > 0;
    },
  };
}

function permissionsOfRoles({ tenantId, session }: RepositoryContext): RolePermissions {
  const { db } = session;
  const ofRole = (roleId: string) =>
    and(eq(rolePermissions.tenantId, tenantId), eq(rolePermissions.roleId, roleId));
  return {
    addPermissions: async (roleId, permissions) => {
      if (permissions.length === 0) return;
      await db
        .insert(rolePermissions)
        .values(permissions.map((permission) => ({ tenantId, roleId, ...toColumns(permission) })))
        .onConflictDoNothing();
      session.changed({ tenantId, kind: 'roles' });
    },
    removePermissions: async (roleId, permissions) => {
      if (permissions.length === 0) return;
      await db
        .delete(rolePermissions)
        .where(and(ofRole(roleId), isOneOf(rolePermissions, permissions)));
      session.changed({ tenantId, kind: 'roles' });
    },
    listPermissions: async (roleId, query) => {
      const { limit, offset } = sliceOf(query);
      const items = await db
        .select(permissionColumns(rolePermissions))
        .from(rolePermissions)
        .where(ofRole(roleId))
        .orderBy(asc(rolePermissions.audience), asc(rolePermissions.permission))
        .limit(limit)
        .offset(offset);
      return toPage(query, items, () => db.$count(rolePermissions, ofRole(roleId)));
    },
  };
}

/** The user's own roles and those of the user's groups, once for each reason. */
const HELD_ROLES = `SELECT role_id, 'direct' AS source FROM user_roles
    WHERE tenant_id = $1 AND user_id = $2
    UNION SELECT g.role_id, 'groups' FROM group_members m
    JOIN group_roles g ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
    WHERE m.tenant_id = $1 AND m.user_id = $2`;
/** Those of them that hold a permission, if one is asked for. */
const GRANTING = `($3::text IS NULL OR EXISTS (SELECT 1 FROM role_permissions p
    WHERE p.tenant_id = $1 AND p.role_id = h.role_id AND p.audience = $3 AND p.permission = $4))`;
const EFFECTIVE_ROLES = {
  name: 'effective_roles',
  text: `SELECT r.id, r.name, r.description, array_agg(h.source ORDER BY h.source) AS sources
    FROM (${HELD_ROLES}) h JOIN roles r ON r.tenant_id = $1 AND r.id = h.role_id
    WHERE ${GRANTING}
    GROUP BY r.id, r.name, r.description, r.sequence
    ORDER BY r.sequence LIMIT $5 OFFSET $6`,
};
const COUNT_EFFECTIVE_ROLES = {
  name: 'count_effective_roles',
  text: `SELECT count(DISTINCT role_id)::int AS total FROM (${HELD_ROLES}) h WHERE ${GRANTING}`,
};
interface EffectiveRoleRow {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly sources: readonly RoleSource[];
}

function membersOfRoles({ tenantId, session }: RepositoryContext): RoleMembers {
  const { db } = session;
  const ofUser = (userId: string) =>
    and(eq(userRoles.tenantId, tenantId), eq(userRoles.userId, userId));
  return {
    assign: async (userId, roleIds) => {
      if (roleIds.length === 0) return;
      await db
        .insert(userRoles)
        .values(roleIds.map((roleId) => ({ tenantId, userId, roleId })))
        .onConflictDoNothing();
    },
    unassign: async (userId, roleIds) => {
      await db
        .delete(userRoles)
        .where(and(ofUser(userId), inArray(userRoles.roleId, [...roleIds])));
    },
    listForUser: async (userId, query) => {
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(userRoles)
        .innerJoin(
          roles,
          and(eq(roles.tenantId, userRoles.tenantId), eq(roles.id, userRoles.roleId)),
        )
        .where(ofUser(userId))
        .orderBy(asc(roles.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(withoutNulls), () => db.$count(userRoles, ofUser(userId)));
    },
    listEffective: async (userId, { granting, ...query }) => {
      const { limit, offset } = sliceOf(query);
      const { resourceServerIdentifier = null, permissionName = null } = granting ?? {};
      const values = [tenantId, userId, resourceServerIdentifier, permissionName];
      const rows = await session.run<EffectiveRoleRow>(EFFECTIVE_ROLES, [...values, limit, offset]);
      return toPage(query, rows.map(withoutNulls), async () => {
        const counted = await session.run<{ total: number }>(COUNT_EFFECTIVE_ROLES, values);
        return first(counted).total;
      });
    },
    listUsers: async (roleId, query) => {
      const where = and(eq(userRoles.tenantId, tenantId), eq(userRoles.roleId, roleId));
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select({ userId: userRoles.userId })
        .from(userRoles)
        .where(where)
        .orderBy(asc(userRoles.userId))
        .limit(limit)
        .offset(offset);
      const items = rows.map(({ userId }) => userId);
      return toPage(query, items, () => db.$count(userRoles, where));
    },
  };
}

/** One statement: permissions of the user's roles, of the roles of the user's groups, and the user's own. */
const HELD_PERMISSIONS = `SELECT p.permission, 'roles' AS source FROM user_roles r
    JOIN role_permissions p ON p.tenant_id = r.tenant_id AND p.role_id = r.role_id
    WHERE r.tenant_id = $1 AND r.user_id = $2 AND p.audience = $3
    UNION SELECT p.permission, 'roles' FROM group_members m
    JOIN group_roles g ON g.tenant_id = m.tenant_id AND g.group_id = m.group_id
    JOIN role_permissions p ON p.tenant_id = g.tenant_id AND p.role_id = g.role_id
    WHERE m.tenant_id = $1 AND m.user_id = $2 AND p.audience = $3
    UNION SELECT permission, 'direct' FROM user_permissions
    WHERE tenant_id = $1 AND user_id = $2 AND audience = $3`;
const EFFECTIVE_PERMISSIONS = {
  name: 'effective_permissions',
  text: `SELECT DISTINCT permission FROM (${HELD_PERMISSIONS}) h ORDER BY permission`,
};
const PERMISSION_SOURCES = {
  name: 'permission_sources',
  text: `SELECT permission, array_agg(source ORDER BY source) AS sources
    FROM (${HELD_PERMISSIONS}) h GROUP BY permission ORDER BY permission LIMIT $4 OFFSET $5`,
};
const COUNT_PERMISSIONS = {
  name: 'count_effective_permissions',
  text: `SELECT count(DISTINCT permission)::int AS total FROM (${HELD_PERMISSIONS}) h`,
};
interface PermissionRow {
  readonly permission: string;
  readonly sources: EffectivePermission['sources'];
}

function permissionsOfUsers({ tenantId, session }: RepositoryContext): UserPermissions {
  const { db } = session;
  const ofUser = (userId: string) =>
    and(eq(userPermissions.tenantId, tenantId), eq(userPermissions.userId, userId));
  return {
    grantToUser: async (userId, permissions) => {
      if (permissions.length === 0) return;
      await db
        .insert(userPermissions)
        .values(permissions.map((permission) => ({ tenantId, userId, ...toColumns(permission) })))
        .onConflictDoNothing();
    },
    revokeFromUser: async (userId, permissions) => {
      if (permissions.length === 0) return;
      await db
        .delete(userPermissions)
        .where(and(ofUser(userId), isOneOf(userPermissions, permissions)));
    },
    listUserPermissions: async (userId, query) => {
      const { limit, offset } = sliceOf(query);
      const items = await db
        .select(permissionColumns(userPermissions))
        .from(userPermissions)
        .where(ofUser(userId))
        .orderBy(asc(userPermissions.audience), asc(userPermissions.permission))
        .limit(limit)
        .offset(offset);
      return toPage(query, items, () => db.$count(userPermissions, ofUser(userId)));
    },
    listEffectivePermissions: async (userId, audience) => {
      const values = [tenantId, userId, audience];
      const rows = await session.run<{ permission: string }>(EFFECTIVE_PERMISSIONS, values);
      return rows.map(({ permission }) => permission);
    },
    listPermissionSources: async (userId, { audience, ...query }) => {
      const { limit, offset } = sliceOf(query);
      const values = [tenantId, userId, audience];
      const found = await session.run<PermissionRow>(PERMISSION_SOURCES, [
        ...values,
        limit,
        offset,
      ]);
      const items = found.map(({ permission: permissionName, sources }) => ({
        resourceServerIdentifier: audience,
        permissionName,
        sources,
      }));
      return toPage(query, items, async () => {
        const counted = await session.run<{ total: number }>(COUNT_PERMISSIONS, values);
        return first(counted).total;
      });
    },
  };
}

type PermissionTable = typeof rolePermissions | typeof userPermissions;

function toColumns({ resourceServerIdentifier, permissionName }: Permission) {
  return { audience: resourceServerIdentifier, permission: permissionName };
}

function permissionColumns<Table extends PermissionTable>(table: Table) {
  return { resourceServerIdentifier: table.audience, permissionName: table.permission };
}

function isOneOf(table: PermissionTable, permissions: readonly Permission[]): SQL {
  const pairs = permissions.map(
    ({ resourceServerIdentifier, permissionName }) =>
      sql`(${resourceServerIdentifier}, ${permissionName})`,
  );
  return sql`(${table.audience}, ${table.permission}) in (${sql.join(pairs, sql`, `)})`;
}
