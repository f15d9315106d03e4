import type { JsonObject } from '@tessera/model';
import {
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { instant, sequence, tenantId } from './columns.ts';
import { roles, users } from './users.ts';

/** Named sets of users. */
export const groups = pgTable(
  'groups',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    name: text().notNull(),
    content: jsonb().$type<JsonObject>().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('groups_name_unique').on(table.tenantId, table.name),
  ],
);

export const groupMembers = pgTable(
  'group_members',
  {
    tenantId: tenantId(),
    groupId: text('group_id').notNull(),
    userId: text('user_id').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.groupId, table.userId] }),
    index('group_members_user').on(table.tenantId, table.userId),
    foreignKey({
      name: 'group_members_group_fk',
      columns: [table.tenantId, table.groupId],
      foreignColumns: [groups.tenantId, groups.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'group_members_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.userId],
    }).onDelete('cascade'),
  ],
);

/** Roles that all members of a group hold. */
export const groupRoles = pgTable(
  'group_roles',
  {
    tenantId: tenantId(),
    groupId: text('group_id').notNull(),
    roleId: text('role_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.groupId, table.roleId] }),
    index('group_roles_role').on(table.tenantId, table.roleId),
    foreignKey({
      name: 'group_roles_group_fk',
      columns: [table.tenantId, table.groupId],
      foreignColumns: [groups.tenantId, groups.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'group_roles_role_fk',
      columns: [table.tenantId, table.roleId],
      foreignColumns: [roles.tenantId, roles.id],
    }).onDelete('cascade'),
  ],
);
