import type { Client, ClientRepository } from '@tessera/model';
import { and, asc, eq, getTableColumns, inArray } from 'drizzle-orm';
import { ARTEFACTS_OF_CLIENTS, clients } from '../schema/index.ts';
import { type RepositoryContext, readCached } from './context.ts';
import { first, pickPatch, sliceOf, toPage, withoutNulls } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(clients);

const CHANGEABLE = [
  'name',
  'description',
  'type',
  'isFirstParty',
  'tokenEndpointAuthMethod',
  'grantTypes',
  'callbacks',
  'allowedLogoutUrls',
  'webOrigins',
  'allowedOrigins',
  'initiateLoginUri',
  'logoUri',
  'metadata',
  'oidcConformant',
  'idTokenLifetimeSeconds',
  'idTokenAlg',
  'refreshToken',
  'requirePushedAuthorizationRequests',
  'extra',
] as const;

export function createClientRepository(context: RepositoryContext): ClientRepository {
  const { tenantId, session, secrets } = context;
  const { db } = session;
  const placeOf = (id: string) => ({ tenantId, table: 'clients', id });
  const rowOf = (clientId: string) =>
    and(eq(clients.tenantId, tenantId), eq(clients.clientId, clientId));

  const decrypt = async (row: Omit<typeof clients.$inferSelect, 'tenantId' | 'sequence'>) => ({
    ...withoutNulls(row),
    clientSecret: await secrets.decrypt(row.clientSecret, placeOf(row.clientId)),
  });

  return {
    create: async (client) => {
      const clientSecret = await secrets.encrypt(client.clientSecret, placeOf(client.clientId));
      const rows = await db
        .insert(clients)
        .values({
          ...pickPatch(client, CHANGEABLE),
          clientId: client.clientId,
          tenantId,
          clientSecret,
        })
        .returning(columns);
      session.changed({ tenantId, kind: 'clients' });
      return { ...withoutNulls(first(rows)), clientSecret: client.clientSecret };
    },
    find: (clientId) =>
      readCached(context, { kind: 'clients', key: clientId }, async () => {
        const [row] = await db.select(columns).from(clients).where(rowOf(clientId)).limit(1);
        return row === undefined ? undefined : decrypt(row);
      }),
    list: async (query) => {
      const where = and(
        eq(clients.tenantId, tenantId),
        query.type === undefined
          ? undefined
          : inArray(clients.type, query.type as NonNullable<Client['type']>[]),
        query.isFirstParty === undefined ? undefined : eq(clients.isFirstParty, query.isFirstParty),
      );
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(clients)
        .where(where)
        .orderBy(asc(clients.sequence))
        .limit(limit)
        .offset(offset);
      return toPage(query, await Promise.all(rows.map(decrypt)), () => db.$count(clients, where));
    },
    update: async (clientId, patch) => {
      const secret = patch.clientSecret;
      const rows = await db
        .update(clients)
        .set({
          ...pickPatch(patch, CHANGEABLE),
          ...(secret === undefined
            ? {}
            : { clientSecret: await secrets.encrypt(secret, placeOf(clientId)) }),
          updatedAt: new Date(),
        })
        .where(rowOf(clientId))
        .returning(columns);
      session.changed({ tenantId, kind: 'clients' });
      const [row] = rows;
      return row === undefined ? undefined : decrypt(row);
    },
    delete: (clientId) => deleteClient(context, clientId),
  };
}

/** With its client grants (by foreign key) and with what was issued to it. */
function deleteClient({ tenantId, session }: RepositoryContext, clientId: string) {
  return session.transaction(async (tx) => {
    for (const table of ARTEFACTS_OF_CLIENTS) {
      await tx.db
        .delete(table)
        .where(and(eq(table.tenantId, tenantId), eq(table.clientId, clientId)));
    }
    const deleted = await tx.db
      .delete(clients)
      .where(and(eq(clients.tenantId, tenantId), eq(clients.clientId, clientId)))
      .returning({ clientId: clients.clientId });
    tx.changed({ tenantId, kind: 'clients' });
    tx.changed({ tenantId, kind: 'clientGrants' });
    return deleted.length > 0;
  });
}
