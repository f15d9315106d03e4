import type { JsonObject, SigningKey, UserIdentity } from '@tessera/model';
import { sql } from 'drizzle-orm';
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { connections, resourceServers } from './clients.ts';
import { instant, sequence, tenantId } from './columns.ts';

/** People. `connection` is that of the first identity: the one the user was created in. */
export const users = pgTable(
  'users',
  {
    tenantId: tenantId(),
    userId: text('user_id').notNull(),
    connection: text().notNull(),
    email: text(),
    emailVerified: boolean('email_verified').notNull(),
    username: text(),
    phoneNumber: text('phone_number'),
    phoneVerified: boolean('phone_verified'),
    name: text(),
    nickname: text(),
    givenName: text('given_name'),
    familyName: text('family_name'),
    picture: text(),
    identities: jsonb().$type<readonly UserIdentity[]>().notNull(),
    userMetadata: jsonb('user_metadata').$type<JsonObject>().notNull(),
    appMetadata: jsonb('app_metadata').$type<JsonObject>().notNull(),
    blocked: boolean().notNull(),
    lastIp: text('last_ip'),
    lastLogin: instant('last_login'),
    lastPasswordReset: instant('last_password_reset'),
    loginsCount: integer('logins_count').notNull().default(0),
    passwordHash: text('password_hash'),
    /** The user that this one is linked to: its row then only holds credentials of that user's identity. */
    linkedTo: text('linked_to'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.userId] }),
    uniqueIndex('users_email_unique')
      .on(table.tenantId, table.connection, sql`lower(${table.email})`)
      .where(sql`${table.email} is not null`),
    uniqueIndex('users_username_unique')
      .on(table.tenantId, table.connection, sql`lower(${table.username})`)
      .where(sql`${table.username} is not null`),
    uniqueIndex('users_phone_number_unique')
      .on(table.tenantId, table.connection, table.phoneNumber)
      .where(sql`${table.phoneNumber} is not null`),
    index('users_email').on(table.tenantId, sql`lower(${table.email})`),
    index('users_linked_to')
      .on(table.tenantId, table.linkedTo)
      .where(sql`${table.linkedTo} is not null`),
    foreignKey({
      name: 'users_linked_to_fk',
      columns: [table.tenantId, table.linkedTo],
      foreignColumns: [table.tenantId, table.userId],
    }).onDelete('cascade'),
    index('users_created_at').on(table.tenantId, table.createdAt, table.userId),
    foreignKey({
      name: 'users_connection_fk',
      columns: [table.tenantId, table.connection],
      foreignColumns: [connections.tenantId, connections.name],
    }).onDelete('cascade'),
  ],
);

export const roles = pgTable(
  'roles',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    name: text().notNull(),
    description: text(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('roles_name_unique').on(table.tenantId, table.name),
  ],
);

export const rolePermissions = pgTable(
  'role_permissions',
  {
    tenantId: tenantId(),
    roleId: text('role_id').notNull(),
    audience: text().notNull(),
    permission: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.roleId, table.audience, table.permission] }),
    index('role_permissions_audience').on(table.tenantId, table.audience),
    foreignKey({
      name: 'role_permissions_role_fk',
      columns: [table.tenantId, table.roleId],
      foreignColumns: [roles.tenantId, roles.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'role_permissions_audience_fk',
      columns: [table.tenantId, table.audience],
      foreignColumns: [resourceServers.tenantId, resourceServers.identifier],
    })
      .onDelete('cascade')
      .onUpdate('cascade'),
  ],
);

export const userRoles = pgTable(
  'user_roles',
  {
    tenantId: tenantId(),
    userId: text('user_id').notNull(),
    roleId: text('role_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.userId, table.roleId] }),
    index('user_roles_role').on(table.tenantId, table.roleId, table.userId),
    foreignKey({
      name: 'user_roles_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.userId],
    }).onDelete('cascade'),
    foreignKey({
      name: 'user_roles_role_fk',
      columns: [table.tenantId, table.roleId],
      foreignColumns: [roles.tenantId, roles.id],
    }).onDelete('cascade'),
  ],
);

export const userPermissions = pgTable(
  'user_permissions',
  {
    tenantId: tenantId(),
    userId: text('user_id').notNull(),
    audience: text().notNull(),
    permission: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.userId, table.audience, table.permission] }),
    index('user_permissions_audience').on(table.tenantId, table.audience),
    foreignKey({
      name: 'user_permissions_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.userId],
    }).onDelete('cascade'),
    foreignKey({
      name: 'user_permissions_audience_fk',
      columns: [table.tenantId, table.audience],
      foreignColumns: [resourceServers.tenantId, resourceServers.identifier],
    })
      .onDelete('cascade')
      .onUpdate('cascade'),
  ],
);

/** Keys that sign a tenant's tokens. `private_jwk` is encrypted. */
export const signingKeys = pgTable(
  'signing_keys',
  {
    tenantId: tenantId(),
    kid: text().notNull(),
    alg: text().$type<SigningKey['alg']>().notNull(),
    state: text().$type<SigningKey['state']>().notNull(),
    publicJwk: jsonb('public_jwk').$type<JsonObject>().notNull(),
    privateJwk: text('private_jwk').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.kid] }),
    uniqueIndex('signing_keys_current_unique')
      .on(table.tenantId)
      .where(sql`${table.state} = 'current'`),
    uniqueIndex('signing_keys_next_unique').on(table.tenantId).where(sql`${table.state} = 'next'`),
  ],
);
