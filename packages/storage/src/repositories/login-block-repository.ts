import type { LoginBlockRepository } from '@tessera/model';
import { and, asc, eq, gt, lte, sql } from 'drizzle-orm';
import { loginBlocks } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { deleteRows } from './delete-rows.ts';

/** Blocks of one user that are told. */
const MAX_LISTED = 100;
/** Stands for all addresses. */
const ANYWHERE = '';

export function createLoginBlockRepository({
  tenantId,
  session: { db },
}: RepositoryContext): LoginBlockRepository {
  const ofTenant = eq(loginBlocks.tenantId, tenantId);
  return {
    save: async ({ ip = ANYWHERE, expiresAt, ...block }) => {
      await db
        .insert(loginBlocks)
        .values({ tenantId, ...block, ip, expiresAt })
        .onConflictDoUpdate({
          target: [
            loginBlocks.tenantId,
            loginBlocks.userId,
            loginBlocks.connection,
            loginBlocks.identifier,
            loginBlocks.ip,
          ],
          set: { expiresAt },
        });
    },
    listForUser: async (userId) => {
      const rows = await db
        .select()
        .from(loginBlocks)
        .where(and(ofTenant, eq(loginBlocks.userId, userId), gt(loginBlocks.expiresAt, sql`now()`)))
        .orderBy(asc(loginBlocks.sequence))
        .limit(MAX_LISTED);
      return rows.map(({ identifier, connection, ip, expiresAt }) => ({
        userId,
        identifier,
        connection,
        ...(ip === ANYWHERE ? {} : { ip }),
        expiresAt,
      }));
    },
    deleteForUser: async (userId) => {
      await db.delete(loginBlocks).where(and(ofTenant, eq(loginBlocks.userId, userId)));
    },
    deleteExpired: (now) =>
      deleteRows(db, loginBlocks, and(ofTenant, lte(loginBlocks.expiresAt, now))),
  };
}
