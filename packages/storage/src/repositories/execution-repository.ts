import type {
  ActionResult,
  ExecutionChange,
  ExecutionRepository,
  ExecutionStatus,
  FeedPosition,
} from '@tessera/model';
import { and, eq } from 'drizzle-orm';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { Session } from '../database/session.ts';
import { executions, type FeedPart } from '../schema/index.ts';
import type { RepositoryContext, TenantExecution } from './context.ts';

/**
 * One parameter, so that a batch of any size is the same prepared statement. `results` is JSON within JSON: as
 * text it passes unread, whatever guests put in. A record that goes on after a suspension keeps where its
 * earlier parts stood in the feed; one that a further attempt replaces (it began anew) does not.
 */
const SAVE = {
  name: 'save_executions',
  text: `INSERT INTO executions (tenant_id, id, trigger_id, status, results, created_at, updated_at,
      feed_xid, feed_sequence)
    SELECT tenant_id, id, trigger_id, status, results::json, created_at, updated_at,
      pg_current_xact_id(), nextval('execution_feed')
    FROM json_to_recordset($1::json) AS r(tenant_id text, id text, trigger_id text, status text,
      results text, created_at timestamptz, updated_at timestamptz)
    ON CONFLICT (tenant_id, id) DO UPDATE SET trigger_id = excluded.trigger_id, status = excluded.status,
      results = excluded.results, created_at = excluded.created_at, updated_at = excluded.updated_at,
      feed_xid = excluded.feed_xid, feed_sequence = excluded.feed_sequence,
      feed_history = CASE WHEN executions.created_at <> excluded.created_at THEN '[]'::json
        ELSE (executions.feed_history::jsonb || jsonb_build_array(jsonb_build_array(
          executions.feed_xid::text, executions.feed_sequence::text,
          json_array_length(executions.results))))::json END`,
};

/**
 * Parameters: tenant, transaction, place, rows at most. Transactions commit in another order than they began, so
 * only those are listed that no older one can still join; `head` is the first that may be listed later.
 */
const LIST_CHANGES = {
  name: 'list_execution_changes',
  text: `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS head, e.*
    FROM (SELECT 1) AS one LEFT JOIN LATERAL (
      SELECT id, trigger_id, status, results, created_at, updated_at, feed_xid::text AS xid,
        feed_sequence::text AS sequence, feed_history AS history
      FROM executions
      WHERE tenant_id = $1 AND (feed_xid, feed_sequence) >= ($2::xid8, $3::bigint)
        AND feed_xid < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY feed_xid, feed_sequence LIMIT $4
    ) AS e ON true`,
};

/** Parameters: none. */
const FIND_HEAD = {
  name: 'find_execution_head',
  text: 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS head',
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
    findHead: async () => {
      const [row] = await session.run<{ head: string }>(FIND_HEAD, []);
      return { transaction: BigInt(row?.head ?? 0), sequence: 0n };
    },
    listChanges: async (from, take) => {
      const rows = await session.run<ChangeRow>(LIST_CHANGES, [
        tenantId,
        String(from.transaction),
        String(from.sequence),
        take,
      ]);
      const changes = rows.flatMap((row) => (row.id === null ? [] : [toChange(row)]));
      const last = changes.at(-1)?.position;
      // A full page may have left rows behind it.
      if (last !== undefined && changes.length >= take) {
        return { changes, next: { ...last, sequence: last.sequence + 1n } };
      }
      const head = BigInt(rows[0]?.head ?? 0);
      // The cursor of a database that was restored elsewhere may be ahead of this one.
      const next = head > from.transaction ? { transaction: head, sequence: 0n } : from;
      return { changes, next };
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

/** A row of the feed; without `id` there is nothing new. */
type ChangeRow = { readonly head: string } & (
  | { readonly id: null }
  | {
      readonly id: string;
      readonly trigger_id: string;
      readonly status: ExecutionStatus;
      readonly results: readonly ActionResult[];
      readonly created_at: Date;
      readonly updated_at: Date;
      readonly xid: string;
      readonly sequence: string;
      readonly history: readonly FeedPart[];
    }
);

function toChange(row: Exclude<ChangeRow, { readonly id: null }>): ExecutionChange {
  return {
    execution: {
      id: row.id,
      triggerId: row.trigger_id,
      status: row.status,
      results: row.results.map(revive),
      createdAt: new Date(row.created_at),
      updatedAt: new Date(row.updated_at),
    },
    position: toPosition(row.xid, row.sequence),
    parts: row.history.map(([xid, sequence, results]) => ({
      position: toPosition(xid, sequence),
      results,
    })),
  };
}

function toPosition(xid: string, sequence: string): FeedPosition {
  return { transaction: BigInt(xid), sequence: BigInt(sequence) };
}

/** JSON has no dates. */
function revive(result: ActionResult): ActionResult {
  return { ...result, startedAt: new Date(result.startedAt), endedAt: new Date(result.endedAt) };
}
