import type { ActionRepository } from '@tessera/model';
import { and, desc, eq } from 'drizzle-orm';
import { actionVersions } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { deployAction } from './deploy-action.ts';
import { sliceOf, toPage } from './rows.ts';
import { decryptVersion, type VersionRow, versionColumns } from './version-rows.ts';

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
    deploy: async (actionId, version) => decrypt(await deployAction(context, actionId, version)),
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
        .select(versionColumns)
        .from(actionVersions)
        .where(and(ofAction(actionId), eq(actionVersions.id, versionId)))
        .limit(1);
      return row === undefined ? undefined : decrypt(row);
    },
    listVersions: async (actionId, query) => {
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(versionColumns)
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
