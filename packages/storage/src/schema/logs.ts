import type { ActionResult, ExecutionStatus, JsonObject } from '@tessera/model';
import { sql } from 'drizzle-orm';
import {
  bigint,
  index,
  integer,
  json,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  varchar,
} from 'drizzle-orm/pg-core';
import { instant, tenantId, transactionId } from './columns.ts';

/** An earlier part of a record: transaction and place as text, and how many results it had. */
export type FeedPart = readonly [xid: string, sequence: string, results: number];

/** Order of records within a transaction. */
export const executionFeed = pgSequence('execution_feed');

/** Records of trigger runs. `results` is `json`, not `jsonb`: guests print what `jsonb` refuses (U+0000). */
export const executions = pgTable(
  'executions',
  {
    tenantId: tenantId(),
    id: text().notNull(),
    triggerId: text('trigger_id').notNull(),
    status: text().$type<ExecutionStatus>().notNull(),
    results: json().$type<readonly ActionResult[]>().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** Transaction that wrote the record last, and its place there: where readers of the feed go on. */
    feedXid: transactionId('feed_xid').notNull().default('0'),
    feedSequence: bigint('feed_sequence', { mode: 'bigint' }).notNull().default(sql`0`),
    /** For each part of a run that was suspended: transaction, place, results until then. */
    feedHistory: json('feed_history').$type<readonly FeedPart[]>().notNull().default([]),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('executions_created_at').on(table.tenantId, table.createdAt),
    index('executions_feed').on(table.tenantId, table.feedXid, table.feedSequence),
  ],
);

/** The tenant log. `log_id` sorts by time, so the primary key serves every unfiltered list. */
export const logEntries = pgTable(
  'log_entries',
  {
    tenantId: tenantId(),
    logId: text('log_id').notNull(),
    date: instant('date').notNull(),
    type: text().notNull(),
    description: text(),
    clientId: text('client_id'),
    clientName: text('client_name'),
    connection: text(),
    connectionId: text('connection_id'),
    ip: text(),
    userAgent: text('user_agent'),
    hostname: text(),
    userId: text('user_id'),
    userName: text('user_name'),
    audience: text(),
    scope: text(),
    strategy: text(),
    strategyType: text('strategy_type'),
    details: json().$type<JsonObject>(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.logId] }),
    index('log_entries_type').on(table.tenantId, table.type, table.logId),
    index('log_entries_user')
      .on(table.tenantId, table.userId, table.logId)
      .where(sql`${table.userId} is not null`),
    index('log_entries_client')
      .on(table.tenantId, table.clientId, table.logId)
      .where(sql`${table.clientId} is not null`),
    index('log_entries_date').on(table.tenantId, table.date),
  ],
);

/** Counters of rate-limiter-flexible, which fixes the columns. Keys are hashes, `expire` is Unix ms. */
export const rateLimits = pgTable(
  'rate_limits',
  {
    key: varchar({ length: 255 }).primaryKey(),
    points: integer().notNull().default(0),
    expire: bigint({ mode: 'number' }),
  },
  (table) => [index('rate_limits_expire').on(table.expire)],
);
