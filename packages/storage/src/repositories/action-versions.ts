import { type ActionRepository, type ActionVersion, AppError } from '@tessera/model';
import { and, desc, eq, getTableColumns, lte, ne, sql } from 'drizzle-orm';
import { actions, actionVersions } from '../schema/index.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { decryptSecrets, encryptSecrets, plainContent } from './action-content.ts';
import type { RepositoryContext } from './context.ts';
import { first, sliceOf, toPage, withoutNulls } from './rows.ts';

/** Versions of an action that are kept, beside the deployed one. */
export const MAX_VERSIONS = 50;

const { tenantId: _, ...columns } = getTableColumns(actionVersions);
export const versionColumns = columns;
export type VersionRow = Omit<typeof actionVersions.$inferSelect, 'tenantId'>;

type VersionMethods = Pick<
  ActionRepository,
  'deploy' | 'reportVersionBuild' | 'findVersion' | 'listVersions'
>;

export function createVersionMethods(context: RepositoryContext): VersionMethods {
  const { tenantId, session, secrets } = context;
  const { db } = session;
  const ofAction = (actionId: string) =>
    and(eq(actionVersions.tenantId, tenantId), eq(actionVersions.actionId, actionId));
  const decrypt = (row: VersionRow) => decryptVersion(secrets, tenantId, row);

  return {
    deploy: (actionId, version) =>
      session.transaction(async (tx) => {
        // The row's lock makes deployments of one action queue up: numbers have no gaps or doubles.
        const [action] = await tx.db
          .select({ id: actions.id })
          .from(actions)
          .where(and(eq(actions.tenantId, tenantId), eq(actions.id, actionId)))
          .for('update');
        if (action === undefined) throw new AppError('not_found', 'The action does not exist.');
        const [last] = await tx.db
          .select({ number: sql<number>`coalesce(max(${actionVersions.number}), 0)` })
          .from(actionVersions)
          .where(ofAction(actionId));
        const number = (last?.number ?? 0) + 1;
        const { id, status, artifactHash } = version;
        const rows = await tx.db
          .insert(actionVersions)
          .values({
            ...plainContent(version),
            tenantId,
            id,
            actionId,
            number,
            status,
            secrets: await encryptSecrets(secrets, version.secrets, placeOf(tenantId, id)),
            ...(artifactHash !== undefined && { artifactHash }),
            ...(status === 'built' && { builtAt: new Date() }),
          })
          .returning(columns);
        await tx.db
          .update(actions)
          .set({ deployedVersionId: id })
          .where(and(eq(actions.tenantId, tenantId), eq(actions.id, actionId)));
        await tx.db
          .delete(actionVersions)
          .where(
            and(
              ofAction(actionId),
              lte(actionVersions.number, number - MAX_VERSIONS),
              ne(actionVersions.id, id),
            ),
          );
        tx.changed({ tenantId, kind: 'bindings' });
        return decrypt(first(rows));
      }),
    reportVersionBuild: async (versionId, report) => {
      await db
        .update(actionVersions)
        .set({
          status: report.status,
          artifactHash: report.artifactHash ?? null,
          ...(report.dependencies && { dependencies: report.dependencies }),
          ...(report.status === 'built' && { builtAt: new Date() }),
          updatedAt: new Date(),
        })
        .where(and(eq(actionVersions.tenantId, tenantId), eq(actionVersions.id, versionId)));
      session.changed({ tenantId, kind: 'bindings' });
    },
    findVersion: async (actionId, versionId) => {
      const [row] = await db
        .select(columns)
        .from(actionVersions)
        .where(and(ofAction(actionId), eq(actionVersions.id, versionId)))
        .limit(1);
      return row === undefined ? undefined : decrypt(row);
    },
    listVersions: async (actionId, query) => {
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(actionVersions)
        .where(ofAction(actionId))
        .orderBy(desc(actionVersions.number))
        .limit(limit)
        .offset(offset);
      const items = await Promise.all(rows.map(decrypt));
      return toPage(query, items, () => db.$count(actionVersions, ofAction(actionId)));
    },
  };
}

export async function decryptVersion(
  box: SecretBox,
  tenantId: string,
  row: VersionRow,
): Promise<ActionVersion> {
  const { secrets, ...rest } = row;
  return {
    ...withoutNulls(rest),
    secrets: await decryptSecrets(box, secrets, placeOf(tenantId, row.id)),
  };
}

function placeOf(tenantId: string, id: string) {
  return { tenantId, table: 'action_versions', id };
}
