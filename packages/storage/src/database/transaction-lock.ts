import { sql } from 'drizzle-orm';
import type { TransactionSession } from './session.ts';

/**
 * Makes transactions that name the same thing queue up until each has ended. Statements after this one see
 * what the one before wrote; a row lock alone would not show rows that it added.
 */
export async function lockInTransaction(
  { db }: TransactionSession,
  thing: readonly string[],
): Promise<void> {
  await db.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify(thing)}, 0))`,
  );
}
