import type { Connection, ConnectionRepository } from '@tessera/model';
import {
  and,
  arrayContains,
  asc,
  eq,
  getTableColumns,
  inArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Session } from '../database/session.ts';
import { connections, users } from '../schema/index.ts';
import { createConnectionSecret } from './connection-secret.ts';
import { type RepositoryContext, readCached } from './context.ts';
import { first, pickPatch, sliceOf, toPage, withoutNulls } from './rows.ts';
import { deleteArtefacts, deleteMessages } from './user-traces.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(connections);

type Row = Omit<typeof connections.$inferSelect, 'tenantId' | 'sequence'>;

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
  const secret = createConnectionSecret(context);
  const rowOf = (id: string) => and(eq(connections.tenantId, tenantId), eq(connections.id, id));
  const read = async (row: Row): Promise<Connection> => {
    const connection = withoutNulls(row);
    return { ...connection, options: await secret.open(connection.id, connection.options) };
  };
  const findWhere = async (where: SQL | undefined) => {
    const [row] = await db.select(columns).from(connections).where(where).limit(1);
    return row === undefined ? undefined : await read(row);
  };

  return {
    create: async (connection) => {
      const { id, name, strategy } = connection;
      const rows = await db
        .insert(connections)
        .values({
          ...pickPatch(connection, CHANGEABLE),
          options: await secret.seal(id, connection.options),
          ...{ id, name, strategy, tenantId },
        })
        .returning(columns);
      session.changed({ tenantId, kind: 'connections' });
      return await read(first(rows));
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
        return await Promise.all(rows.map(read));
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
      return toPage(query, await Promise.all(rows.map(read)), () => db.$count(connections, where));
    },
    update: async (id, patch) => {
      const set = pickPatch(await secret.sealPatch(id, patch), CHANGEABLE);
      if (Object.keys(set).length === 0) return findWhere(rowOf(id));
      const [row] = await db.update(connections).set(set).where(rowOf(id)).returning(columns);
      session.changed({ tenantId, kind: 'connections' });
      return row === undefined ? undefined : await read(row);
    },
    delete: (id) => deleteConnection(context, id),
  };
}

/** Its users go with it, by foreign key; what was issued and written to them does not, hence the first steps. */
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
    await deleteArtefacts(tx, tenantId, members);
    await deleteMessages(tx, tenantId, members);
    await takeLinkedIdentities(tx, tenantId, where);
    const deleted = await tx.db.delete(connections).where(where).returning({ id: connections.id });
    tx.changed({ tenantId, kind: 'connections' });
    return deleted.length > 0;
  });
}

/** Takes the connection's identities from the users of others to whom they are linked; main ones stay. */
async function takeLinkedIdentities({ db }: Session, tenantId: string, where: SQL | undefined) {
  const [gone] = await db.select({ name: connections.name }).from(connections).where(where);
  if (gone === undefined) return;
  const kept = sql`(
    select coalesce(jsonb_agg(one order by place), '[]'::jsonb)
    from jsonb_array_elements(${users.identities}) with ordinality as listed (one, place)
    where place = 1 or one->>'connection' <> ${gone.name}
  )`;
  const primaries = db
    .select({ userId: users.linkedTo })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.connection, gone.name)));
  await db
    .update(users)
    .set({ identities: kept, updatedAt: new Date() })
    .where(and(eq(users.tenantId, tenantId), inArray(users.userId, primaries)));
}
