import type { PasswordHistoryRepository } from '@tessera/model';
import { and, desc, eq, notInArray } from 'drizzle-orm';
import { passwordHistory } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';

export function createPasswordHistoryRepository({
  tenantId,
  session: { db },
}: RepositoryContext): PasswordHistoryRepository {
  const ofUser = (userId: string) =>
    and(eq(passwordHistory.tenantId, tenantId), eq(passwordHistory.userId, userId));
  return {
    list: async (userId, take) => {
      const rows = await db
        .select({ hash: passwordHistory.passwordHash })
        .from(passwordHistory)
        .where(ofUser(userId))
        .orderBy(desc(passwordHistory.sequence))
        .limit(take);
      return rows.map(({ hash }) => hash);
    },
    add: async (userId, passwordHash, keep) => {
      await db.insert(passwordHistory).values({ tenantId, userId, passwordHash });
      const newest = db
        .select({ sequence: passwordHistory.sequence })
        .from(passwordHistory)
        .where(ofUser(userId))
        .orderBy(desc(passwordHistory.sequence))
        .limit(keep);
      await db
        .delete(passwordHistory)
        .where(and(ofUser(userId), notInArray(passwordHistory.sequence, newest)));
    },
  };
}
