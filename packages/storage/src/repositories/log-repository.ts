import { randomInt } from 'node:crypto';
import type { LogRepository } from '@tessera/model';
import { and, asc, desc, eq, getTableColumns, gt, inArray, lt } from 'drizzle-orm';
import type { Session } from '../database/session.ts';
import { logEntries } from '../schema/index.ts';
import type { RepositoryContext, TenantLogEntry } from './context.ts';
import { sliceOf, toPage, withoutNulls } from './rows.ts';
import { toStorableText } from './storable-text.ts';

const { tenantId: _, ...columns } = getTableColumns(logEntries);

/** One parameter, so that a batch of any size is the same prepared statement. */
const APPEND = {
  name: 'append_log_entries',
  text: `INSERT INTO log_entries (tenant_id, log_id, date, type, description, client_id, client_name,
      connection, connection_id, ip, user_agent, hostname, user_id, user_name, audience, scope, strategy,
      strategy_type, details)
    SELECT * FROM json_to_recordset($1::json) AS r(tenant_id text, log_id text, date timestamptz, type text,
      description text, client_id text, client_name text, connection text, connection_id text, ip text,
      user_agent text, hostname text, user_id text, user_name text, audience text, scope text, strategy text,
      strategy_type text, details json)`,
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
        logId: createLogId(new Date()),
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
    deleteOlderThan: async (before) => {
      const deleted = await db.delete(logEntries).where(and(ofTenant, lt(logEntries.date, before)));
      return deleted.rowCount ?? 0;
    },
  };
}

export async function writeLogEntries(
  session: Session,
  items: readonly TenantLogEntry[],
): Promise<void> {
  await session.run(APPEND, [JSON.stringify(items.map(toRow))]);
}

function toRow({ details, date, ...entry }: TenantLogEntry) {
  const texts = Object.entries(entry).map(([name, value]) => [
    toSnakeCase(name),
    toStorableText(value),
  ]);
  return { ...Object.fromEntries(texts), date, ...(details !== undefined && { details }) };
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Digits per call of `randomInt`, whose range ends at 2^48. */
const RANDOM_DIGITS = 12;

/** `900`, 17 digits of UTC time, 36 random digits. */
function createLogId(now: Date): string {
  const time = now.toISOString().replaceAll(/\D/g, '');
  const random = Array.from({ length: 3 }, () =>
    String(randomInt(10 ** RANDOM_DIGITS)).padStart(RANDOM_DIGITS, '0'),
  );
  return `900${time}${random.join('')}`;
}
