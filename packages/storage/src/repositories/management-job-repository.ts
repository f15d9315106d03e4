import type { ManagementJob, ManagementJobRepository } from '@tessera/model';
import { and, eq, inArray, lt } from 'drizzle-orm';
import { managementJobs } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { deleteRows } from './delete-rows.ts';
import { first } from './rows.ts';

type Row = typeof managementJobs.$inferSelect;

const readJob = ({ id, type, status, content, createdAt }: Row): ManagementJob => ({
  id,
  type: type as ManagementJob['type'],
  status,
  content,
  createdAt,
});

export function createManagementJobRepository({
  tenantId,
  seal,
  session: { db },
}: RepositoryContext): ManagementJobRepository {
  const ofTenant = eq(managementJobs.tenantId, tenantId);
  const rowOf = (id: string) => and(ofTenant, eq(managementJobs.id, id));
  const placeOf = (id: string) => ({
    tenantId,
    model: 'management job',
    idHash: Buffer.from(id),
  });
  return {
    create: async ({ input, ...job }) => {
      const sealed = input === undefined ? null : seal.seal(input, placeOf(job.id));
      const rows = await db
        .insert(managementJobs)
        .values({ tenantId, ...job, input: sealed })
        .returning();
      return readJob(first(rows));
    },
    find: async (id) => {
      const rows = await db.select().from(managementJobs).where(rowOf(id)).limit(1);
      return rows.map(readJob)[0];
    },
    countUnfinished: (type) =>
      db.$count(
        managementJobs,
        and(
          ofTenant,
          eq(managementJobs.type, type),
          inArray(managementJobs.status, ['pending', 'processing']),
        ),
      ),
    findInput: async (id) => {
      const [row] = await db
        .select({ input: managementJobs.input })
        .from(managementJobs)
        .where(rowOf(id))
        .limit(1);
      return row?.input ? seal.open(row.input, placeOf(id)) : undefined;
    },
    update: async (id, patch) => {
      const isOver = patch.status === 'completed' || patch.status === 'failed';
      const rows = await db
        .update(managementJobs)
        .set({ ...patch, ...(isOver ? { input: null } : {}) })
        .where(rowOf(id))
        .returning();
      return rows.map(readJob)[0];
    },
    deleteOlderThan: (before) =>
      deleteRows(db, managementJobs, and(ofTenant, lt(managementJobs.createdAt, before))),
  };
}
