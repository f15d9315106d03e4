import type { Connection, ConnectionRepository } from '@tessera/model';
import { and, arrayContains, asc, eq, getTableColumns, inArray, or, type SQL } from 'drizzle-orm';
import { ARTEFACTS_OF_USERS, connections, users } from '../schema/index.ts';
import { type RepositoryContext, readCached } from './context.ts';
import { first, pickPatch, sliceOf, toPage, withoutNulls } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(connections);

const CHANGEABLE = [
  'displayName',
  'enabledClients',
  'isDomainConnection',
  'realms',
  'metadata',
  'options',
] as const;

export function createConnectionRepository(context: RepositoryContext): ConnectionRepository {
  const { tenantId, session } = context;
  const { db } = session;
  const rowOf = (id: string) => and(eq(connections.tenantId, tenantId), eq(connections.id, id));
  const findWhere = async (where: SQL | undefined) => {
    const [row] = await db.select(columns).from(connections).where(where).limit(1);
    return row === undefined ? undefined : withoutNulls(row);
  };

  return {
    create: async (connection) => {
      const { id, name, strategy } = connection;
      const rows = await db
        .insert(connections)
        .values({ ...pickPatch(connection, CHANGEABLE), id, name, strategy, tenantId })
        .returning(columns);
      session.changed({ tenantId, kind: 'connections' });
      return withoutNulls(first(rows));
    },
    find: (id) =>
      readCached(context, { kind: 'connections', key: `id ${id}` }, () => findWhere(rowOf(id))),
    findByName: (name) =>
      readCached(context, { kind: 'connections', key: `name ${name}` }, () =>
        findWhere(and(eq(connections.tenantId, tenantId), eq(connections.name, name))),
      ),
    listForClient: (clientId) =>
      readCached(context, { kind: 'connections', key: `client ${clientId}` }, async () => {
        const rows = await db
          .select(columns)
          .from(connections)
          .where(
            and(
              eq(connections.tenantId, tenantId),
              or(
                eq(connections.isDomainConnection, true),
                arrayContains(connections.enabledClients, [clientId]),
              ),
            ),
          )
          .orderBy(asc(connections.sequence));
        return rows.map(withoutNulls);
      }),
    list: async (query) => {
      const where = and(
        eq(connections.tenantId, tenantId),
        query.name === undefined ? undefined : eq(connections.name, query.name),
        query.strategies === undefined
          ? undefined
          : inArray(connections.strategy, query.strategies as Connection['strategy'][]),
      );
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(connections)
        .where(where)
        .orderBy(asc(connections.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(withoutNulls), () => db.$count(connections, where));
    },
    update: async (id, patch) => {
      const set = pickPatch(patch, CHANGEABLE);
      if (Object.keys(set).length === 0) return findWhere(rowOf(id));
      const [row] = await db.update(connections).set(set).where(rowOf(id)).returning(columns);
      session.changed({ tenantId, kind: 'connections' });
      return row === undefined ? undefined : withoutNulls(row);
    },
    delete: (id) => deleteConnection(context, id),
  };
}

/** Its users go with it, by foreign key; what was issued to them does not, hence the first step. */
function deleteConnection({ tenantId, session }: RepositoryContext, id: string) {
  return session.transaction(async (tx) => {
    const where = and(eq(connections.tenantId, tenantId), eq(connections.id, id));
    const members = tx.db
      .select({ userId: users.userId })
      .from(users)
      .innerJoin(
        connections,
        and(eq(connections.tenantId, users.tenantId), eq(connections.name, users.connection)),
      )
      .where(where);
    for (const table of ARTEFACTS_OF_USERS) {
      await tx.db
        .delete(table)
        .where(and(eq(table.tenantId, tenantId), inArray(table.accountId, members)));
    }
    const deleted = await tx.db.delete(connections).where(where).returning({ id: connections.id });
    tx.changed({ tenantId, kind: 'connections' });
    return deleted.length > 0;
  });
}
