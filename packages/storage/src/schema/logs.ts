import type { ActionResult, ExecutionStatus, JsonObject } from '@tessera/model';
import { sql } from 'drizzle-orm';
import {
  bigint,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  varchar,
} from 'drizzle-orm/pg-core';
import { instant, tenantId } from './columns.ts';

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
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('executions_created_at').on(table.tenantId, table.createdAt),
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
