import type { AuthenticatorType, TicketKind } from '@tessera/model';
import { sql } from 'drizzle-orm';
import {
  boolean,
  doublePrecision,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytes, instant, sequence, tenantId } from './columns.ts';
import { users } from './users.ts';

/** Credentials besides passwords. `secret` is encrypted. */
export const authenticators = pgTable(
  'authenticators',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    userId: text('user_id').notNull(),
    type: text().$type<AuthenticatorType>().notNull(),
    isConfirmed: boolean('is_confirmed').notNull(),
    name: text(),
    phoneNumber: text('phone_number'),
    preferredMethod: text('preferred_method').$type<'sms' | 'voice'>(),
    email: text(),
    credentialId: text('credential_id'),
    secret: text().notNull(),
    /** Grows with each change of `secret`, for compare-and-set: ciphertexts of equal secrets differ. */
    secretHash: bytes('secret_hash').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    lastUsedAt: instant('last_used_at'),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('authenticators_user').on(table.tenantId, table.userId, table.sequence),
    uniqueIndex('authenticators_credential_unique')
      .on(table.tenantId, table.credentialId)
      .where(sql`${table.credentialId} is not null`),
    foreignKey({
      name: 'authenticators_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.userId],
    }).onDelete('cascade'),
  ],
);

/** One-time secrets: keys as keyed hashes, payloads sealed with a key that only the row has. */
export const tickets = pgTable(
  'tickets',
  {
    tenantId: tenantId(),
    kind: text().$type<TicketKind>().notNull(),
    keyHash: bytes('key_hash').notNull(),
    userId: text('user_id'),
    payload: bytes().notNull(),
    attempts: integer().notNull().default(0),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.kind, table.keyHash] }),
    index('tickets_user').on(table.tenantId, table.userId).where(sql`${table.userId} is not null`),
    index('tickets_expires_at').on(table.expiresAt),
    foreignKey({
      name: 'tickets_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.userId],
    }).onDelete('cascade'),
  ],
);

/** Hashes of passwords that a user had before. */
export const passwordHistory = pgTable(
  'password_history',
  {
    tenantId: tenantId(),
    userId: text('user_id').notNull(),
    sequence: sequence(),
    passwordHash: text('password_hash').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.userId, table.sequence] }),
    foreignKey({
      name: 'password_history_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.userId],
    }).onDelete('cascade'),
  ],
);

/** Browsers that a user has logged in with, by the keyed hash of their cookie. */
export const userDevices = pgTable(
  'user_devices',
  {
    tenantId: tenantId(),
    userId: text('user_id').notNull(),
    deviceHash: bytes('device_hash').notNull(),
    ip: text(),
    latitude: doublePrecision(),
    longitude: doublePrecision(),
    countryCode: text('country_code'),
    firstSeenAt: instant('first_seen_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
    mfaRememberedUntil: instant('mfa_remembered_until'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.userId, table.deviceHash] }),
    index('user_devices_last_seen').on(table.tenantId, table.userId, table.lastSeenAt),
    index('user_devices_age').on(table.lastSeenAt),
    foreignKey({
      name: 'user_devices_user_fk',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.userId],
    }).onDelete('cascade'),
  ],
);
