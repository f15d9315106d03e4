import type { LogRepository } from '@tessera/model';
import { and, asc, desc, eq, getTableColumns, gt, inArray } from 'drizzle-orm';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import { logEntries } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { sliceOf, toPage, withoutNulls } from './rows.ts';
import { commitWrites } from './write-together.ts';

const { tenantId: _, ...columns } = getTableColumns(logEntries);

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
      await commitWrites(context, { artefacts: [], logEntries: items });
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
