import type { ActionResult, ExecutionRepository } from '@tessera/model';
import { and, eq } from 'drizzle-orm';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { Session } from '../database/session.ts';
import { executions } from '../schema/index.ts';
import type { RepositoryContext, TenantExecution } from './context.ts';

/** One parameter, so that a batch of any size is the same prepared statement. `results` is JSON within JSON: as
 * text it passes unread, whatever guests put in. */
const SAVE = {
  name: 'save_executions',
  text: `INSERT INTO executions (tenant_id, id, trigger_id, status, results, created_at, updated_at)
    SELECT tenant_id, id, trigger_id, status, results::json, created_at, updated_at
    FROM json_to_recordset($1::json) AS r(tenant_id text, id text, trigger_id text, status text,
      results text, created_at timestamptz, updated_at timestamptz)
    ON CONFLICT (tenant_id, id) DO UPDATE SET trigger_id = excluded.trigger_id, status = excluded.status,
      results = excluded.results, created_at = excluded.created_at, updated_at = excluded.updated_at`,
};

/** Parameters: tenant, time, rows at most. Returns a row for each that it deleted. */
const DELETE_OLD = {
  name: 'delete_old_executions',
  text: `DELETE FROM executions WHERE ctid = ANY (ARRAY(SELECT ctid FROM executions
    WHERE tenant_id = $1 AND created_at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING 1`,
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
    deleteOlderThan: (before) =>
      deleteInBatches(
        async (maxRows) => (await session.run(DELETE_OLD, [tenantId, before, maxRows])).length,
      ),
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
    results: JSON.stringify(item.results),
    created_at: item.createdAt,
    updated_at: item.updatedAt,
  }));
  await session.run(SAVE, [JSON.stringify(rows)]);
}

/** JSON has no dates. */
function revive(result: ActionResult): ActionResult {
  return { ...result, startedAt: new Date(result.startedAt), endedAt: new Date(result.endedAt) };
}
