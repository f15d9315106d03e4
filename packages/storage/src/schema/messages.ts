import type { JsonObject, OutboxMessage, PhoneTemplateType } from '@tessera/model';
import { sql } from 'drizzle-orm';
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytes, instant, sequence, tenantId } from './columns.ts';

/** A tenant's own e-mail templates; the others are the server's. */
export const emailTemplates = pgTable(
  'email_templates',
  {
    tenantId: tenantId(),
    name: text().notNull(),
    content: jsonb().$type<JsonObject>().notNull(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] })],
);

/** Ways out for messages: one for e-mail, any number for phone. `credentials` is encrypted. */
export const messageProviders = pgTable(
  'message_providers',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    channel: text().$type<OutboxMessage['channel']>().notNull(),
    content: jsonb().$type<JsonObject>().notNull(),
    credentials: text(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('message_providers_channel').on(table.tenantId, table.channel, table.sequence),
  ],
);

/** A tenant's own texts of phone messages. */
export const phoneTemplates = pgTable(
  'phone_templates',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    type: text().$type<PhoneTemplateType>().notNull(),
    isDisabled: boolean('is_disabled').notNull(),
    content: jsonb().$type<JsonObject>().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('phone_templates_type').on(table.tenantId, table.type),
  ],
);

/** Messages on their way or kept. `recipient` and `content` are sealed. */
export const outbox = pgTable(
  'outbox',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    channel: text().$type<OutboxMessage['channel']>().notNull(),
    template: text().notNull(),
    /** Keyed hash, to find messages by recipient. */
    recipientHash: bytes('recipient_hash').notNull(),
    userId: text('user_id'),
    status: text().$type<OutboxMessage['status']>().notNull(),
    content: bytes().notNull(),
    attempts: integer().notNull().default(0),
    error: text(),
    createdAt: instant('created_at').notNull().defaultNow(),
    sentAt: instant('sent_at'),
    sequence: sequence(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('outbox_recipient').on(table.tenantId, table.recipientHash, table.sequence),
    index('outbox_sequence').on(table.tenantId, table.sequence),
    index('outbox_created_at').on(table.createdAt),
    index('outbox_user').on(table.tenantId, table.userId).where(sql`${table.userId} is not null`),
  ],
);
