import { type ActionRepository, AppError } from '@tessera/model';
import { and, eq, lte, ne, sql } from 'drizzle-orm';
import type { TransactionSession } from '../database/session.ts';
import { actions, actionVersions } from '../schema/index.ts';
import { encryptSecrets, plainContent } from './action-content.ts';
import type { RepositoryContext } from './context.ts';
import { first } from './rows.ts';
import { type VersionRow, versionColumns, versionPlace } from './version-rows.ts';

/** Newest versions of an action that are kept. */
const MAX_VERSIONS = 50;

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
    await tx.db
      .delete(actionVersions)
      .where(
        and(
          ofAction(tenantId, actionId),
          lte(actionVersions.number, row.number - MAX_VERSIONS),
          ne(actionVersions.id, row.id),
        ),
      );
    tx.changed({ tenantId, kind: 'bindings' });
    return row;
  });
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
      ...(artifactHash !== undefined && { artifactHash }),
      ...(status === 'built' && { builtAt: new Date() }),
    })
    .returning(versionColumns);
  return first(rows);
}

function ofAction(tenantId: string, actionId: string) {
  return and(eq(actionVersions.tenantId, tenantId), eq(actionVersions.actionId, actionId));
}
