import { and, eq, inArray, type SQLWrapper } from 'drizzle-orm';
import type { Session } from '../database/session.ts';
import { ARTEFACTS_OF_USERS, outbox } from '../schema/index.ts';

/** Ids, or a subquery that selects them. */
type UserIds = readonly string[] | SQLWrapper;

const among = (userIds: UserIds) => ('getSQL' in userIds ? userIds : [...userIds]);

/** Deletes what was issued to users: sessions, grants and tokens, which no foreign key takes along. */
export async function deleteArtefacts(
  { db }: Session,
  tenantId: string,
  userIds: UserIds,
): Promise<void> {
  for (const table of ARTEFACTS_OF_USERS) {
    await db
      .delete(table)
      .where(and(eq(table.tenantId, tenantId), inArray(table.accountId, among(userIds))));
  }
}

/** Deletes messages to users; those that were not sent never are. */
export async function deleteMessages(
  { db }: Session,
  tenantId: string,
  userIds: UserIds,
): Promise<void> {
  await db
    .delete(outbox)
    .where(and(eq(outbox.tenantId, tenantId), inArray(outbox.userId, among(userIds))));
}
