import type { Form, FormRepository } from '@tessera/model';
import { and, asc, eq, getTableColumns } from 'drizzle-orm';
import { forms } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { first, pickPatch, sliceOf, toPage, withoutNulls } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(forms);

export function createFormRepository({
  tenantId,
  session: { db },
}: RepositoryContext): FormRepository {
  const ofTenant = eq(forms.tenantId, tenantId);
  const rowOf = (id: string) => and(ofTenant, eq(forms.id, id));
  const read = (row: Omit<typeof forms.$inferSelect, 'tenantId' | 'sequence'>): Form =>
    withoutNulls(row);

  return {
    create: async ({ id, name, content }) =>
      read(
        first(await db.insert(forms).values({ tenantId, id, name, content }).returning(columns)),
      ),
    find: async (id) => {
      const [row] = await db.select(columns).from(forms).where(rowOf(id)).limit(1);
      return row && read(row);
    },
    list: async (query) => {
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(forms)
        .where(ofTenant)
        .orderBy(asc(forms.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(read), () => db.$count(forms, ofTenant));
    },
    count: async () => db.$count(forms, ofTenant),
    update: async (id, patch) => {
      const [row] = await db
        .update(forms)
        .set({ ...pickPatch(patch, ['name', 'content']), updatedAt: new Date() })
        .where(rowOf(id))
        .returning(columns);
      return row && read(row);
    },
    noteSubmission: async (id, at) => {
      await db.update(forms).set({ submittedAt: at }).where(rowOf(id));
    },
    delete: async (id) =>
      (await db.delete(forms).where(rowOf(id)).returning({ id: forms.id })).length > 0,
  };
}
