import type { Action, ActionRepository } from '@tessera/model';
import { and, asc, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import { actions } from '../schema/index.ts';
import {
  decryptSecrets,
  encryptSecrets,
  moduleColumns,
  plainContent,
  readModules,
} from './action-content.ts';
import { createVersionMethods } from './action-versions.ts';
import type { RepositoryContext } from './context.ts';
import { first, pickPatch, sliceOf, toPage, withoutNulls } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(actions);
type Row = Omit<typeof actions.$inferSelect, 'tenantId' | 'sequence'>;

type Reads = Pick<ActionRepository, 'find' | 'findByName' | 'list' | 'count'>;
type Writes = Pick<ActionRepository, 'create' | 'updateDraft' | 'reportBuild' | 'delete'>;

export function createActionRepository(context: RepositoryContext): ActionRepository {
  return { ...createReads(context), ...createWrites(context), ...createVersionMethods(context) };
}

function createReads(context: RepositoryContext): Reads {
  const { tenantId, session } = context;
  const { db } = session;
  const ofTenant = eq(actions.tenantId, tenantId);
  const findWhere = async (where: SQL | undefined) => {
    const [row] = await db.select(columns).from(actions).where(where).limit(1);
    return row === undefined ? undefined : decryptAction(context, row);
  };

  return {
    find: (id) => findWhere(and(ofTenant, eq(actions.id, id))),
    findByName: (name) => findWhere(and(ofTenant, eq(actions.name, name))),
    list: async (query) => {
      const where = and(ofTenant, ...filters(query));
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(actions)
        .where(where)
        .orderBy(asc(actions.sequence))
        .limit(limit)
        .offset(offset);
      const items = await Promise.all(rows.map((row) => decryptAction(context, row)));
      return toPage(query, items, () => db.$count(actions, where));
    },
    count: async () => db.$count(actions, ofTenant),
  };
}

function createWrites(context: RepositoryContext): Writes {
  const { tenantId, session, secrets } = context;
  const { db } = session;
  const rowOf = (id: string) => and(eq(actions.tenantId, tenantId), eq(actions.id, id));

  return {
    create: async (action) => {
      const { id, name, status } = action;
      const rows = await db
        .insert(actions)
        .values({
          ...plainContent(action),
          ...pickPatch(action, ['artifactHash', 'deployedVersionId', 'egress']),
          ...(await moduleColumns(secrets, action.modules, placeOf(tenantId, id))),
          ...{ tenantId, id, name, status, diagnostics: [], draftRevision: 1 },
          secrets: await encryptSecrets(secrets, action.secrets, placeOf(tenantId, id)),
        })
        .returning(columns);
      return decryptAction(context, first(rows));
    },
    updateDraft: async (id, patch) => {
      const place = placeOf(tenantId, id);
      const [row] = await db
        .update(actions)
        .set({
          ...pickPatch(patch, ['name', 'code', 'dependencies', 'runtime', 'supportedTriggers']),
          ...(patch.modules && (await moduleColumns(secrets, patch.modules, place))),
          ...(patch.egress !== undefined && { egress: patch.egress }),
          ...(patch.secrets && { secrets: await encryptSecrets(secrets, patch.secrets, place) }),
          ...{ status: 'pending', artifactHash: null, diagnostics: [], updatedAt: new Date() },
          draftRevision: sql`${actions.draftRevision} + 1`,
        })
        .where(rowOf(id))
        .returning(columns);
      if (patch.name !== undefined) session.changed({ tenantId, kind: 'bindings' });
      return row === undefined ? undefined : decryptAction(context, row);
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

async function decryptAction(
  { tenantId, secrets: box }: RepositoryContext,
  { secrets, modules, moduleSecrets, ...row }: Row,
): Promise<Action> {
  const place = placeOf(tenantId, row.id);
  return {
    ...withoutNulls(row),
    ...(await readModules(box, { modules, moduleSecrets }, place)),
    secrets: await decryptSecrets(box, secrets, place),
  };
}

function placeOf(tenantId: string, id: string) {
  return { tenantId, table: 'actions', id };
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
