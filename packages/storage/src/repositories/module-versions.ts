import { AppError, type ModuleRepository, type ModuleVersion } from '@tessera/model';
import { and, asc, desc, eq, getTableColumns, notExists, or, sql } from 'drizzle-orm';
import type { TransactionSession } from '../database/session.ts';
import {
  actionModules,
  actions,
  actionVersions,
  actionModuleVersions as versions,
} from '../schema/index.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { decryptSecrets, encryptSecrets } from './action-content.ts';
import type { RepositoryContext } from './context.ts';
import { first, sliceOf, toPage } from './rows.ts';

/** Versions of a module that are kept. */
const MAX_VERSIONS = 50;

const { tenantId: _, ...columns } = getTableColumns(versions);
export const moduleVersionColumns = columns;
type Row = Omit<typeof versions.$inferSelect, 'tenantId'>;

type VersionMethods = Pick<
  ModuleRepository,
  'publish' | 'findVersion' | 'listVersions' | 'reportBuild'
>;

export function createModuleVersionMethods(context: RepositoryContext): VersionMethods {
  const { tenantId, session, secrets } = context;
  const { db } = session;
  const ofModule = (moduleId: string) =>
    and(eq(versions.tenantId, tenantId), eq(versions.moduleId, moduleId));
  const decrypt = (row: Row) => decryptModuleVersion(secrets, tenantId, row);

  return {
    publish: async (moduleId, version) =>
      decrypt(
        await session.transaction((tx) => publish({ ...context, session: tx }, moduleId, version)),
      ),
    findVersion: async (moduleId, versionId) => {
      const [row] = await db
        .select(columns)
        .from(versions)
        .where(and(ofModule(moduleId), eq(versions.id, versionId)))
        .limit(1);
      return row === undefined ? undefined : decrypt(row);
    },
    listVersions: async (moduleId, query) => {
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(versions)
        .where(ofModule(moduleId))
        .orderBy(desc(versions.number))
        .limit(limit)
        .offset(offset);
      const items = await Promise.all(rows.map(decrypt));
      return toPage(query, items, () => db.$count(versions, ofModule(moduleId)));
    },
    reportBuild: (moduleId, versionId, { dependencies, diagnostics }) =>
      session.transaction(async (tx) => {
        const place = and(ofModule(moduleId), eq(versions.id, versionId));
        const [before] = await tx.db.select(columns).from(versions).where(place).for('update');
        if (before === undefined) return;
        await tx.db
          .update(versions)
          .set({ diagnostics, ...(dependencies && { dependencies }) })
          .where(place);
        if (dependencies === undefined) return;
        // Else the draft would differ from its own version by a range that is pinned there.
        await tx.db
          .update(actionModules)
          .set({ dependencies })
          .where(
            and(
              eq(actionModules.tenantId, tenantId),
              eq(actionModules.id, moduleId),
              sql`${actionModules.dependencies} = ${JSON.stringify(before.dependencies)}::jsonb`,
            ),
          );
      }),
  };
}

async function publish(
  {
    tenantId,
    session: { db },
    secrets,
  }: RepositoryContext & { readonly session: TransactionSession },
  moduleId: string,
  version: Parameters<ModuleRepository['publish']>[1],
): Promise<Row> {
  const place = and(eq(actionModules.tenantId, tenantId), eq(actionModules.id, moduleId));
  // The row stays locked until the end: publishers queue up, and numbers have no gaps or doubles.
  const [module] = await db
    .update(actionModules)
    .set({ versionCount: sql`${actionModules.versionCount} + 1` })
    .where(place)
    .returning({ number: actionModules.versionCount });
  if (module === undefined) throw new AppError('not_found', 'The action module does not exist.');
  await makeRoom({ db }, tenantId, moduleId);
  const { id, code, dependencies } = version;
  const rows = await db
    .insert(versions)
    .values({
      ...{ tenantId, id, moduleId, number: module.number, code, dependencies },
      secrets: await encryptSecrets(secrets, version.secrets, versionPlace(tenantId, id)),
    })
    .returning(columns);
  return first(rows);
}

/** Drops the oldest version that nothing refers to when there is no room for one more. */
async function makeRoom(
  { db }: Pick<TransactionSession, 'db'>,
  tenantId: string,
  moduleId: string,
): Promise<void> {
  const ofModule = and(eq(versions.tenantId, tenantId), eq(versions.moduleId, moduleId));
  if ((await db.$count(versions, ofModule)) < MAX_VERSIONS) return;
  const refersToRow = (column: typeof actions.modules | typeof actionVersions.modules) =>
    sql`${column} @> jsonb_build_array(jsonb_build_object('moduleVersionId', ${versions.id}))`;
  const users = db
    .select({ id: actions.id })
    .from(actions)
    .leftJoin(
      actionVersions,
      and(
        eq(actionVersions.tenantId, actions.tenantId),
        eq(actionVersions.id, actions.deployedVersionId),
      ),
    )
    .where(
      and(
        eq(actions.tenantId, tenantId),
        or(refersToRow(actions.modules), refersToRow(actionVersions.modules)),
      ),
    );
  const [oldest] = await db
    .select({ id: versions.id })
    .from(versions)
    .where(and(ofModule, notExists(users)))
    .orderBy(asc(versions.number))
    .limit(1);
  if (oldest === undefined) {
    throw new AppError(
      'module_version_limit',
      `Maximum number of module versions (${MAX_VERSIONS}) reached. Consolidate versions used in actions before creating new ones.`,
    );
  }
  await db.delete(versions).where(and(eq(versions.tenantId, tenantId), eq(versions.id, oldest.id)));
}

export async function decryptModuleVersion(
  box: SecretBox,
  tenantId: string,
  { secrets, ...row }: Row,
): Promise<ModuleVersion> {
  return { ...row, secrets: await decryptSecrets(box, secrets, versionPlace(tenantId, row.id)) };
}

/** Where the secrets of a published version live. */
function versionPlace(tenantId: string, id: string) {
  return { tenantId, table: 'action_module_versions', id };
}
