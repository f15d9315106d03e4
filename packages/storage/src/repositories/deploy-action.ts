import { type ActionRepository, AppError } from '@tessera/model';
import { and, eq, gt, lt, lte, sql } from 'drizzle-orm';
import type { TransactionSession } from '../database/session.ts';
import { actions, actionVersions, executions } from '../schema/index.ts';
import { encryptSecrets, moduleColumns, plainContent } from './action-content.ts';
import type { RepositoryContext } from './context.ts';
import { first } from './rows.ts';
import { type VersionRow, versionColumns, versionPlace } from './version-rows.ts';

/** Newest versions of an action that are kept. */
const MAX_VERSIONS = 50;
/**
 * How long after its last step a suspended run may still be resumed: an hour, as the protocol keeps a
 * login, and some more for clocks that differ. Longer would keep versions for nothing.
 */
const RESUMABLE_SECONDS = 2 * 3600;
/**
 * How far the clocks of a replica and of the database may differ, and how long a deployment may wait for
 * its lock: a version counts as deployed this much later than its time says.
 */
const CLOCK_MARGIN_SECONDS = 60;
/** A run suspended again and again is found by its beginning, at most this long ago. */
const LONGEST_RUN_SECONDS = 24 * 3600;

type NewVersion = Parameters<ActionRepository['deploy']>[1];

/** Adds the next version and makes it serve, or does nothing at all. */
export function deployAction(
  context: RepositoryContext,
  actionId: string,
  version: NewVersion,
): Promise<VersionRow> {
  const { tenantId, session } = context;
  return session.transaction(async (tx) => {
    await lockAction(tx, tenantId, actionId);
    const row = await insertVersion({ ...context, session: tx }, actionId, version);
    await tx.db
      .update(actions)
      .set({ deployedVersionId: row.id })
      .where(and(eq(actions.tenantId, tenantId), eq(actions.id, actionId)));
    await dropOldVersions(tx, tenantId, row);
    tx.changed({ tenantId, kind: 'bindings' });
    return row;
  });
}

/**
 * Drops what is older than the newest versions, but nothing that a suspended run may come back to: it
 * goes on with the versions that were deployed when it began.
 */
async function dropOldVersions(
  { db }: TransactionSession,
  tenantId: string,
  { actionId, number }: VersionRow,
): Promise<void> {
  const newestToDrop = number - MAX_VERSIONS;
  if (newestToDrop < 1) return;
  const [suspended] = await db
    .select({ since: sql<Date | null>`min(${executions.createdAt})`.mapWith(executions.createdAt) })
    .from(executions)
    .where(
      and(
        eq(executions.tenantId, tenantId),
        gt(executions.createdAt, sql`now() - make_interval(secs => ${LONGEST_RUN_SECONDS})`),
        gt(executions.updatedAt, sql`now() - make_interval(secs => ${RESUMABLE_SECONDS})`),
        eq(executions.status, 'suspended'),
      ),
    );
  const since = suspended?.since ?? null;
  // The version that was deployed when the first of these runs began is the last one made before it.
  const pinned =
    since === null
      ? undefined
      : lt(
          actionVersions.number,
          sql`(select coalesce(max(pinned.number), 0) from ${actionVersions} pinned
            where pinned.tenant_id = ${tenantId} and pinned.action_id = ${actionId}
            and pinned.created_at <= ${since.toISOString()}::timestamptz
              - make_interval(secs => ${CLOCK_MARGIN_SECONDS}))`,
        );
  await db
    .delete(actionVersions)
    .where(and(ofAction(tenantId, actionId), lte(actionVersions.number, newestToDrop), pinned));
}

/** Makes deployments of one action queue up, so that numbers have no gaps or doubles. */
async function lockAction({ db }: TransactionSession, tenantId: string, actionId: string) {
  const [action] = await db
    .select({ id: actions.id })
    .from(actions)
    .where(and(eq(actions.tenantId, tenantId), eq(actions.id, actionId)))
    .for('update');
  if (action === undefined) throw new AppError('not_found', 'The action does not exist.');
}

async function insertVersion(
  { tenantId, session: { db }, secrets }: RepositoryContext,
  actionId: string,
  version: NewVersion,
): Promise<VersionRow> {
  const { id, status, artifactHash } = version;
  const [last] = await db
    .select({ number: sql<number>`coalesce(max(${actionVersions.number}), 0)` })
    .from(actionVersions)
    .where(ofAction(tenantId, actionId));
  const rows = await db
    .insert(actionVersions)
    .values({
      ...plainContent(version),
      ...{ tenantId, id, actionId, status },
      number: (last?.number ?? 0) + 1,
      secrets: await encryptSecrets(secrets, version.secrets, versionPlace(tenantId, id)),
      ...(await moduleColumns(secrets, version.modules, versionPlace(tenantId, id))),
      ...(version.egress && { egress: version.egress }),
      ...(artifactHash !== undefined && { artifactHash }),
      ...(status === 'built' && { builtAt: new Date() }),
    })
    .returning(versionColumns);
  return first(rows);
}

function ofAction(tenantId: string, actionId: string) {
  return and(eq(actionVersions.tenantId, tenantId), eq(actionVersions.actionId, actionId));
}
