import type { ActionResult, ExecutionRepository } from '@tessera/model';
import { and, eq, lt } from 'drizzle-orm';
import type { Session } from '../database/session.ts';
import { executions } from '../schema/index.ts';
import type { RepositoryContext, TenantExecution } from './context.ts';

/** One parameter, so that a batch of any size is the same prepared statement. `results` stays text: see the schema. */
const SAVE = {
  name: 'save_executions',
  text: `INSERT INTO executions (tenant_id, id, trigger_id, status, results, created_at, updated_at)
    SELECT tenant_id, id, trigger_id, status, results, created_at, updated_at
    FROM json_to_recordset($1::json) AS r(tenant_id text, id text, trigger_id text, status text,
      results json, created_at timestamptz, updated_at timestamptz)
    ON CONFLICT (tenant_id, id) DO UPDATE SET trigger_id = excluded.trigger_id, status = excluded.status,
      results = excluded.results, created_at = excluded.created_at, updated_at = excluded.updated_at`,
};

export function createExecutionRepository(context: RepositoryContext): ExecutionRepository {
  const { tenantId, session } = context;
  const { db } = session;

  return {
    save: async (execution) => {
      const item = { ...execution, tenantId };
      if (session.isTransaction) await writeExecutions(session, [item]);
      else await context.executions.add(item);
    },
    find: async (id) => {
      const [row] = await db
        .select()
        .from(executions)
        .where(and(eq(executions.tenantId, tenantId), eq(executions.id, id)))
        .limit(1);
      if (row === undefined) return undefined;
      const { triggerId, status, createdAt, updatedAt } = row;
      return { id, triggerId, status, results: row.results.map(revive), createdAt, updatedAt };
    },
    deleteOlderThan: async (before) => {
      const deleted = await db
        .delete(executions)
        .where(and(eq(executions.tenantId, tenantId), lt(executions.createdAt, before)));
      return deleted.rowCount ?? 0;
    },
  };
}

/** Writes executions in one statement. Of several with one id the last counts. */
export async function writeExecutions(
  session: Session,
  items: readonly TenantExecution[],
): Promise<void> {
  // A statement may not touch a row twice.
  const latest = new Map(items.map((item) => [JSON.stringify([item.tenantId, item.id]), item]));
  const rows = Array.from(latest.values(), (item) => ({
    tenant_id: item.tenantId,
    id: item.id,
    trigger_id: item.triggerId,
    status: item.status,
    results: item.results,
    created_at: item.createdAt,
    updated_at: item.updatedAt,
  }));
  await session.run(SAVE, [JSON.stringify(rows)]);
}

/** JSON has no dates. */
function revive(result: ActionResult): ActionResult {
  return { ...result, startedAt: new Date(result.startedAt), endedAt: new Date(result.endedAt) };
}
