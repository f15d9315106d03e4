import { type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { Session } from '../database/session.ts';

/** Deletes the rows of a table that `where` names, few at a time; returns how many. Not for transactions. */
export function deleteRows(
  db: Session['db'],
  table: PgTable,
  where: SQL | undefined,
): Promise<number> {
  return deleteInBatches(async (maxRows) => {
    const some = db.select({ ctid: sql`ctid` }).from(table).where(where).limit(maxRows);
    const { rowCount } = await db.delete(table).where(sql`ctid in ${some}`);
    return rowCount ?? 0;
  });
}
