import type { ClientGrantRepository } from '@tessera/model';
import { and, asc, eq, getTableColumns } from 'drizzle-orm';
import { clientGrants } from '../schema/index.ts';
import { type RepositoryContext, readCached } from './context.ts';
import { first, pickPatch, sliceOf, toPage } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(clientGrants);

export function createClientGrantRepository(context: RepositoryContext): ClientGrantRepository {
  const { tenantId, session } = context;
  const { db } = session;
  const rowOf = (id: string) => and(eq(clientGrants.tenantId, tenantId), eq(clientGrants.id, id));
  const find = async (id: string) => {
    const [row] = await db.select(columns).from(clientGrants).where(rowOf(id)).limit(1);
    return row;
  };

  return {
    create: async ({ id, clientId, audience, scope, extra }) => {
      const rows = await db
        .insert(clientGrants)
        .values({ tenantId, id, clientId, audience, scope: [...scope], extra })
        .returning(columns);
      session.changed({ tenantId, kind: 'clientGrants' });
      return first(rows);
    },
    find,
    findFor: (clientId, audience) =>
      readCached(
        context,
        { kind: 'clientGrants', key: JSON.stringify([clientId, audience]) },
        async () => {
          const [row] = await db
            .select(columns)
            .from(clientGrants)
            .where(
              and(
                eq(clientGrants.tenantId, tenantId),
                eq(clientGrants.clientId, clientId),
                eq(clientGrants.audience, audience),
              ),
            )
            .limit(1);
          return row;
        },
      ),
    list: async (query) => {
      const where = and(
        eq(clientGrants.tenantId, tenantId),
        query.clientId === undefined ? undefined : eq(clientGrants.clientId, query.clientId),
        query.audience === undefined ? undefined : eq(clientGrants.audience, query.audience),
      );
      const { limit, offset } = sliceOf(query);
      const items = await db
        .select(columns)
        .from(clientGrants)
        .where(where)
        .orderBy(asc(clientGrants.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, items, () => db.$count(clientGrants, where));
    },
    update: async (id, patch) => {
      const { scope, extra } = pickPatch(patch, ['scope', 'extra']);
      if (scope === undefined && extra === undefined) return find(id);
      const [row] = await db
        .update(clientGrants)
        .set({ ...(scope && { scope: [...scope] }), ...(extra && { extra }) })
        .where(rowOf(id))
        .returning(columns);
      session.changed({ tenantId, kind: 'clientGrants' });
      return row;
    },
    delete: async (id) => {
      const deleted = await db
        .delete(clientGrants)
        .where(rowOf(id))
        .returning({ id: clientGrants.id });
      session.changed({ tenantId, kind: 'clientGrants' });
      return deleted.length > 0;
    },
  };
}
