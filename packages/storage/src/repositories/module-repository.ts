import type { ActionModule, ModuleRepository, ModuleWithVersion } from '@tessera/model';
import { and, asc, eq, getTableColumns } from 'drizzle-orm';
import { actionModules, actionModuleVersions } from '../schema/index.ts';
import { decryptSecrets, encryptSecrets } from './action-content.ts';
import type { RepositoryContext } from './context.ts';
import { createModuleUseMethods } from './module-uses.ts';
import {
  createModuleVersionMethods,
  decryptModuleVersion,
  moduleVersionColumns,
} from './module-versions.ts';
import { first, pickPatch, sliceOf, toPage } from './rows.ts';

const { tenantId: _, sequence: __, versionCount: ___, ...columns } = getTableColumns(actionModules);
type Row = Omit<typeof actionModules.$inferSelect, 'tenantId' | 'sequence' | 'versionCount'>;

export function createModuleRepository(context: RepositoryContext): ModuleRepository {
  const { listUses, listUserNames } = createModuleUseMethods(context);
  return {
    ...createReads(context),
    ...createWrites(context),
    ...createModuleVersionMethods(context),
    ...{ listUses, listUserNames },
  };
}

function createReads(
  context: RepositoryContext,
): Pick<ModuleRepository, 'find' | 'list' | 'count'> {
  const { tenantId, session, secrets } = context;
  const { db } = session;
  const ofTenant = eq(actionModules.tenantId, tenantId);
  const uses = createModuleUseMethods(context);
  const select = () =>
    db
      .select({ module: columns, version: moduleVersionColumns })
      .from(actionModules)
      .leftJoin(
        actionModuleVersions,
        and(
          eq(actionModuleVersions.tenantId, actionModules.tenantId),
          eq(actionModuleVersions.moduleId, actionModules.id),
          eq(actionModuleVersions.number, actionModules.versionCount),
        ),
      );
  type Joined = Awaited<ReturnType<typeof select>>[number];
  const complete = async ({ module, version }: Joined): Promise<ModuleWithVersion> => ({
    module: await decryptModule(context, module),
    latest: version === null ? undefined : await decryptModuleVersion(secrets, tenantId, version),
    actionCount: await uses.countUses(module.id),
  });

  return {
    find: async (id) => {
      const [row] = await select()
        .where(and(ofTenant, eq(actionModules.id, id)))
        .limit(1);
      return row === undefined ? undefined : complete(row);
    },
    list: async (query) => {
      const { limit, offset } = sliceOf(query);
      const rows = await select()
        .where(ofTenant)
        .orderBy(asc(actionModules.sequence))
        .limit(limit)
        .offset(offset);
      const items = await Promise.all(rows.map(complete));
      return toPage(query, items, () => db.$count(actionModules, ofTenant));
    },
    count: async () => db.$count(actionModules, ofTenant),
  };
}

function createWrites(
  context: RepositoryContext,
): Pick<ModuleRepository, 'create' | 'lock' | 'updateDraft' | 'delete'> {
  const { tenantId, session, secrets } = context;
  const { db } = session;
  const rowOf = (id: string) => and(eq(actionModules.tenantId, tenantId), eq(actionModules.id, id));

  return {
    create: async ({ id, name, code, dependencies, secrets: own }) => {
      const rows = await db
        .insert(actionModules)
        .values({
          ...{ tenantId, id, name, code, dependencies, versionCount: 0 },
          secrets: await encryptSecrets(secrets, own, placeOf(tenantId, id)),
        })
        .returning(columns);
      return decryptModule(context, first(rows));
    },
    lock: async (id, purpose) => {
      const rows = await db
        .select({ id: actionModules.id })
        .from(actionModules)
        .where(rowOf(id))
        .for(purpose === 'use' ? 'share' : 'update');
      return rows.length > 0;
    },
    updateDraft: async (id, patch) => {
      const place = placeOf(tenantId, id);
      const [row] = await db
        .update(actionModules)
        .set({
          ...pickPatch(patch, ['code', 'dependencies']),
          ...(patch.secrets && { secrets: await encryptSecrets(secrets, patch.secrets, place) }),
          updatedAt: new Date(),
        })
        .where(rowOf(id))
        .returning(columns);
      return row === undefined ? undefined : decryptModule(context, row);
    },
    delete: async (id) =>
      (await db.delete(actionModules).where(rowOf(id)).returning({ id: actionModules.id })).length >
      0,
  };
}

async function decryptModule(
  { tenantId, secrets: box }: RepositoryContext,
  { secrets, ...row }: Row,
): Promise<ActionModule> {
  return { ...row, secrets: await decryptSecrets(box, secrets, placeOf(tenantId, row.id)) };
}

function placeOf(tenantId: string, id: string) {
  return { tenantId, table: 'action_modules', id };
}
