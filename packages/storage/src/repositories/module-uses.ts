import type { ModuleRepository } from '@tessera/model';
import { and, asc, count, eq, or, type SQL, sql } from 'drizzle-orm';
import { actions, actionVersions } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { sliceOf, toPage } from './rows.ts';

/** Who uses a module: an action refers to it in its draft, in its deployed version, or in both. */
export function createModuleUseMethods({ tenantId, session: { db } }: RepositoryContext): Pick<
  ModuleRepository,
  'listUses' | 'listUserNames'
> & {
  countUses(moduleId: string): Promise<number>;
} {
  const deployed = and(
    eq(actionVersions.tenantId, actions.tenantId),
    eq(actionVersions.id, actions.deployedVersionId),
  );
  const usedBy = (moduleId: string) =>
    and(eq(actions.tenantId, tenantId), referTo(actionVersions.modules, { moduleId }));
  const countUses = async (moduleId: string) => {
    const [row] = await db
      .select({ uses: count() })
      .from(actions)
      .innerJoin(actionVersions, deployed)
      .where(usedBy(moduleId));
    return row?.uses ?? 0;
  };

  return {
    countUses,
    listUses: async (moduleId, query) => {
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select({ id: actions.id, name: actions.name, modules: actionVersions.modules })
        .from(actions)
        .innerJoin(actionVersions, deployed)
        .where(usedBy(moduleId))
        .orderBy(asc(actions.name))
        .limit(limit)
        .offset(offset);
      const items = rows.flatMap(({ id, name, modules }) =>
        (modules ?? [])
          .filter((module) => module.moduleId === moduleId)
          .map(({ moduleVersionId, moduleVersionNumber }) => ({
            actionId: id,
            actionName: name,
            moduleVersionId,
            moduleVersionNumber,
          })),
      );
      return toPage(query, items, () => countUses(moduleId));
    },
    listUserNames: async (moduleId) => {
      const rows = await db
        .select({ name: actions.name })
        .from(actions)
        .leftJoin(actionVersions, deployed)
        .where(
          and(
            eq(actions.tenantId, tenantId),
            or(
              referTo(actions.modules, { moduleId }),
              referTo(actionVersions.modules, { moduleId }),
            ),
          ),
        )
        .orderBy(asc(actions.name));
      return rows.map(({ name }) => name);
    },
  };
}

/** Whether a column of stored modules has one with these members. */
function referTo(
  column: typeof actions.modules | typeof actionVersions.modules,
  members: { readonly moduleId?: string; readonly moduleVersionId?: string },
): SQL {
  return sql`${column} @> ${JSON.stringify([members])}::jsonb`;
}
