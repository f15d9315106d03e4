import type { Binding, BindingRepository } from '@tessera/model';
import { and, asc, eq, getTableColumns } from 'drizzle-orm';
import { lockInTransaction } from '../database/transaction-lock.ts';
import { actions, actionVersions, bindings } from '../schema/index.ts';
import { type RepositoryContext, readCached } from './context.ts';
import { sliceOf, toPage } from './rows.ts';
import { decryptVersion, versionColumns } from './version-rows.ts';

const { tenantId: _, ...columns } = getTableColumns(bindings);

export function createBindingRepository(context: RepositoryContext): BindingRepository {
  const { tenantId, session, secrets } = context;
  const { db } = session;
  const ofTrigger = (triggerId: string) =>
    and(eq(bindings.tenantId, tenantId), eq(bindings.triggerId, triggerId));

  return {
    replace: (triggerId, replacement) =>
      session.transaction(async (tx) => {
        // Two replacements at once would otherwise both insert position 0.
        await lockInTransaction(tx, ['bindings', tenantId, triggerId]);
        await tx.db.delete(bindings).where(ofTrigger(triggerId));
        const rows = replacement.map(({ id, actionId, displayName, position }) => ({
          tenantId,
          triggerId,
          id,
          actionId,
          displayName,
          position,
        }));
        const inserted: Binding[] =
          rows.length === 0 ? [] : await tx.db.insert(bindings).values(rows).returning(columns);
        tx.changed({ tenantId, kind: 'bindings' });
        return inserted.sort((a, b) => a.position - b.position);
      }),
    list: async (triggerId, query) => {
      const { limit, offset } = sliceOf(query);
      const items = await db
        .select(columns)
        .from(bindings)
        .where(ofTrigger(triggerId))
        .orderBy(asc(bindings.position))
        .limit(limit)
        .offset(offset);
      return toPage(query, items, () => db.$count(bindings, ofTrigger(triggerId)));
    },
    listForAction: (actionId) =>
      db
        .select(columns)
        .from(bindings)
        .where(and(eq(bindings.tenantId, tenantId), eq(bindings.actionId, actionId)))
        .orderBy(asc(bindings.triggerId), asc(bindings.position)),
    listBound: (triggerId) =>
      readCached(context, { kind: 'bindings', key: triggerId }, async () => {
        const rows = await db
          .select({
            binding: columns,
            action: { id: actions.id, name: actions.name },
            version: versionColumns,
          })
          .from(bindings)
          .innerJoin(
            actions,
            and(eq(actions.tenantId, bindings.tenantId), eq(actions.id, bindings.actionId)),
          )
          .innerJoin(
            actionVersions,
            and(
              eq(actionVersions.tenantId, actions.tenantId),
              eq(actionVersions.id, actions.deployedVersionId),
              eq(actionVersions.status, 'built'),
            ),
          )
          .where(ofTrigger(triggerId))
          .orderBy(asc(bindings.position));
        return Promise.all(
          rows.map(async ({ binding, action, version }) => ({
            binding,
            action,
            version: await decryptVersion(secrets, tenantId, version),
          })),
        );
      }),
  };
}
