import type { LogRepository } from '@tessera/model';
import { and, asc, desc, eq, getTableColumns, gt, inArray } from 'drizzle-orm';
import type { BoundStatement } from '../database/combine-statements.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { Session } from '../database/session.ts';
import { logEntries } from '../schema/index.ts';
import type { RepositoryContext, TenantLogEntry } from './context.ts';
import { sliceOf, toPage, withoutNulls } from './rows.ts';
import { toStorableText } from './storable-text.ts';

const { tenantId: _, ...columns } = getTableColumns(logEntries);

/**
 * One parameter, so that a batch of any size is the same prepared statement. `details` is JSON within JSON: as
 * text it passes unread, whatever it holds.
 */
const APPEND = {
  name: 'append_log_entries',
  text: `INSERT INTO log_entries (tenant_id, log_id, date, type, description, client_id, client_name,
      connection, connection_id, ip, user_agent, hostname, user_id, user_name, audience, scope, strategy,
      strategy_type, details)
    SELECT tenant_id, log_id, date, type, description, client_id, client_name, connection, connection_id, ip,
      user_agent, hostname, user_id, user_name, audience, scope, strategy, strategy_type, details::json
    FROM json_to_recordset($1::json) AS r(tenant_id text, log_id text, date timestamptz, type text,
      description text, client_id text, client_name text, connection text, connection_id text, ip text,
      user_agent text, hostname text, user_id text, user_name text, audience text, scope text, strategy text,
      strategy_type text, details text)`,
};

/** Parameters: tenant, time, rows at most. Returns a row for each that it deleted. */
const DELETE_OLD = {
  name: 'delete_old_log_entries',
  text: `DELETE FROM log_entries WHERE ctid = ANY (ARRAY(SELECT ctid FROM log_entries
    WHERE tenant_id = $1 AND date < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING 1`,
};

export function createLogRepository(context: RepositoryContext): LogRepository {
  const { tenantId, session } = context;
  const { db } = session;
  const ofTenant = eq(logEntries.tenantId, tenantId);

  return {
    append: async (...entries) => {
      const items = entries.map((entry) => ({
        ...entry,
        tenantId,
        logId: context.nextLogId(),
      }));
      if (session.isTransaction) await writeLogEntries(session, items);
      else await Promise.all(items.map((item) => context.logEntries.add(item)));
      return items.map(({ logId }) => logId);
    },
    find: async (logId) => {
      const rows = await db
        .select(columns)
        .from(logEntries)
        .where(and(ofTenant, eq(logEntries.logId, logId)))
        .limit(1);
      return rows.map(withoutNulls)[0];
    },
    list: async (query) => {
      const { type, userId, clientId } = query;
      const where = and(
        ofTenant,
        type === undefined ? undefined : inArray(logEntries.type, [...type]),
        userId === undefined ? undefined : eq(logEntries.userId, userId),
        clientId === undefined ? undefined : eq(logEntries.clientId, clientId),
      );
      const { limit, offset } = sliceOf(query);
      const direction = query.ascending === true ? asc : desc;
      const rows = await db
        .select(columns)
        .from(logEntries)
        .where(where)
        .orderBy(direction(logEntries.logId))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(withoutNulls), () => db.$count(logEntries, where));
    },
    listFrom: async (from, take) => {
      const rows = await db
        .select(columns)
        .from(logEntries)
        .where(and(ofTenant, gt(logEntries.logId, from)))
        .orderBy(asc(logEntries.logId))
        .limit(take);
      return rows.map(withoutNulls);
    },
    deleteOlderThan: (before) =>
      deleteInBatches(
        async (maxRows) => (await session.run(DELETE_OLD, [tenantId, before, maxRows])).length,
      ),
  };
}

export async function writeLogEntries(
  session: Session,
  items: readonly TenantLogEntry[],
): Promise<void> {
  const { statement, values } = appendStatement(items);
  await session.run(statement, values);
}

export function appendStatement(items: readonly TenantLogEntry[]): BoundStatement {
  return { statement: APPEND, values: [JSON.stringify(items.map(toRow))] };
}

function toRow({ details, date, ...entry }: TenantLogEntry) {
  const texts = Object.entries(entry).map(([name, value]) => [
    toSnakeCase(name),
    toStorableText(value),
  ]);
  return {
    ...Object.fromEntries(texts),
    date,
    ...(details !== undefined && { details: JSON.stringify(details) }),
  };
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
