import type { Action, ActionRepository } from '@tessera/model';
import { and, asc, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import { actions } from '../schema/index.ts';
import { decryptSecrets, encryptSecrets, plainContent } from './action-content.ts';
import { createVersionMethods } from './action-versions.ts';
import type { RepositoryContext } from './context.ts';
import { first, pickPatch, sliceOf, toPage, withoutNulls } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(actions);
type Row = Omit<typeof actions.$inferSelect, 'tenantId' | 'sequence'>;

export function createActionRepository(context: RepositoryContext): ActionRepository {
  return { ...createDraftMethods(context), ...createVersionMethods(context) };
}

type DraftMethods = Omit<
  ActionRepository,
  'deploy' | 'reportVersionBuild' | 'findVersion' | 'listVersions'
>;

function createDraftMethods({ tenantId, session, secrets }: RepositoryContext): DraftMethods {
  const { db } = session;
  const placeOf = (id: string) => ({ tenantId, table: 'actions', id });
  const rowOf = (id: string) => and(eq(actions.tenantId, tenantId), eq(actions.id, id));

  const decrypt = async (row: Row): Promise<Action> => {
    const { secrets: ciphertext, ...rest } = row;
    return {
      ...withoutNulls(rest),
      secrets: await decryptSecrets(secrets, ciphertext, placeOf(row.id)),
    };
  };
  const findWhere = async (where: SQL | undefined) => {
    const [row] = await db.select(columns).from(actions).where(where).limit(1);
    return row === undefined ? undefined : decrypt(row);
  };

  return {
    create: async (action) => {
      const { id, name, status, artifactHash, deployedVersionId } = action;
      const rows = await db
        .insert(actions)
        .values({
          ...plainContent(action),
          ...pickPatch({ artifactHash, deployedVersionId }, ['artifactHash', 'deployedVersionId']),
          tenantId,
          id,
          name,
          status,
          secrets: await encryptSecrets(secrets, action.secrets, placeOf(id)),
          diagnostics: [],
          draftRevision: 1,
        })
        .returning(columns);
      return decrypt(first(rows));
    },
    find: (id) => findWhere(rowOf(id)),
    findByName: (name) => findWhere(and(eq(actions.tenantId, tenantId), eq(actions.name, name))),
    list: async (query) => {
      const where = and(eq(actions.tenantId, tenantId), ...filters(query));
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(actions)
        .where(where)
        .orderBy(asc(actions.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, await Promise.all(rows.map(decrypt)), () => db.$count(actions, where));
    },
    count: async () => db.$count(actions, eq(actions.tenantId, tenantId)),
    updateDraft: async (id, patch) => {
      const plain = pickPatch(patch, [
        'name',
        'code',
        'dependencies',
        'runtime',
        'supportedTriggers',
      ]);
      const [row] = await db
        .update(actions)
        .set({
          ...plain,
          ...(patch.secrets && {
            secrets: await encryptSecrets(secrets, patch.secrets, placeOf(id)),
          }),
          status: 'pending',
          artifactHash: null,
          diagnostics: [],
          draftRevision: sql`${actions.draftRevision} + 1`,
          updatedAt: new Date(),
        })
        .where(rowOf(id))
        .returning(columns);
      if (plain.name !== undefined) session.changed({ tenantId, kind: 'bindings' });
      return row === undefined ? undefined : decrypt(row);
    },
    reportBuild: async (id, draftRevision, report) => {
      const updated = await db
        .update(actions)
        .set({
          status: report.status,
          artifactHash: report.artifactHash ?? null,
          diagnostics: report.diagnostics ?? [],
          ...(report.dependencies && { dependencies: report.dependencies }),
        })
        .where(and(rowOf(id), eq(actions.draftRevision, draftRevision)))
        .returning({ id: actions.id });
      return updated.length > 0;
    },
    delete: async (id) => {
      const deleted = await db.delete(actions).where(rowOf(id)).returning({ id: actions.id });
      session.changed({ tenantId, kind: 'bindings' });
      return deleted.length > 0;
    },
  };
}

function filters(query: Parameters<ActionRepository['list']>[0]): readonly (SQL | undefined)[] {
  const { triggerId, actionName, deployed } = query;
  const deployedVersion = actions.deployedVersionId;
  return [
    triggerId === undefined
      ? undefined
      : sql`${actions.supportedTriggers} @> ${JSON.stringify([{ id: triggerId }])}::jsonb`,
    actionName === undefined ? undefined : eq(actions.name, actionName),
    deployed === undefined
      ? undefined
      : deployed
        ? isNotNull(deployedVersion)
        : isNull(deployedVersion),
  ];
}
