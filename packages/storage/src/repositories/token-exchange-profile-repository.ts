import type { TokenExchangeProfileRepository } from '@tessera/model';
import { and, asc, eq, getTableColumns, type SQL } from 'drizzle-orm';
import { tokenExchangeProfiles as profiles } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { first, pickPatch, sliceOf, toPage } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(profiles);

export function createTokenExchangeProfileRepository({
  tenantId,
  session: { db },
}: RepositoryContext): TokenExchangeProfileRepository {
  const ofTenant = eq(profiles.tenantId, tenantId);
  const rowOf = (id: string) => and(ofTenant, eq(profiles.id, id));
  const findWhere = async (where: SQL | undefined) => {
    const [row] = await db.select(columns).from(profiles).where(where).limit(1);
    return row;
  };

  return {
    create: async ({ id, name, type, subjectTokenType, actionId }) =>
      first(
        await db
          .insert(profiles)
          .values({ tenantId, id, name, type, subjectTokenType, actionId })
          .returning(columns),
      ),
    find: (id) => findWhere(rowOf(id)),
    findBySubjectTokenType: (subjectTokenType) =>
      findWhere(and(ofTenant, eq(profiles.subjectTokenType, subjectTokenType))),
    list: async (query) => {
      const { limit, offset } = sliceOf(query);
      const items = await db
        .select(columns)
        .from(profiles)
        .where(ofTenant)
        .orderBy(asc(profiles.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, items, () => db.$count(profiles, ofTenant));
    },
    listForAction: (actionId) =>
      db
        .select(columns)
        .from(profiles)
        .where(and(ofTenant, eq(profiles.actionId, actionId)))
        .orderBy(asc(profiles.sequence)),
    count: async () => db.$count(profiles, ofTenant),
    update: async (id, patch) => {
      const [row] = await db
        .update(profiles)
        .set({ ...pickPatch(patch, ['name', 'subjectTokenType']), updatedAt: new Date() })
        .where(rowOf(id))
        .returning(columns);
      return row;
    },
    delete: async (id) =>
      (await db.delete(profiles).where(rowOf(id)).returning({ id: profiles.id })).length > 0,
  };
}
