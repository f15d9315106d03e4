import type { ResourceServer, ResourceServerRepository } from '@tessera/model';
import { and, asc, eq, getTableColumns, inArray, type SQL } from 'drizzle-orm';
import { resourceServers } from '../schema/index.ts';
import { type RepositoryContext, readCached } from './context.ts';
import { pickPatch, sliceOf, toPage, withoutNulls } from './rows.ts';

const { tenantId: _, sequence: __, ...columns } = getTableColumns(resourceServers);
type Row = Omit<typeof resourceServers.$inferSelect, 'tenantId' | 'sequence'>;
type Decrypt = (row: Row) => Promise<ResourceServer>;

const CHANGEABLE = [
  'name',
  'scopes',
  'signingAlg',
  'tokenLifetimeSeconds',
  'tokenLifetimeForWebSeconds',
  'tokenDialect',
  'allowOfflineAccess',
  'skipConsentForVerifiableFirstPartyClients',
  'enforcePolicies',
  'extra',
] as const;

export function createResourceServerRepository(
  context: RepositoryContext,
): ResourceServerRepository {
  const { tenantId, session, secrets } = context;
  const { db } = session;
  const placeOf = (id: string) => ({ tenantId, table: 'resource_servers', id });
  const rowOf = (id: string) =>
    and(eq(resourceServers.tenantId, tenantId), eq(resourceServers.id, id));

  const decrypt: Decrypt = async (row) => {
    const { signingSecret, ...rest } = row;
    if (signingSecret === null) return withoutNulls(rest);
    return {
      ...withoutNulls(rest),
      signingSecret: await secrets.decrypt(signingSecret, placeOf(row.id)),
    };
  };
  const findWhere = async (where: SQL | undefined) => {
    const [row] = await db.select(columns).from(resourceServers).where(where).limit(1);
    return row === undefined ? undefined : decrypt(row);
  };
  const encrypted = async (id: string, signingSecret: string | undefined) =>
    signingSecret === undefined
      ? {}
      : { signingSecret: await secrets.encrypt(signingSecret, placeOf(id)) };

  return {
    create: async (resourceServer) => {
      const { id, identifier, isSystem, signingSecret } = resourceServer;
      await db.insert(resourceServers).values({
        ...pickPatch(resourceServer, CHANGEABLE),
        id,
        identifier,
        isSystem,
        tenantId,
        ...(await encrypted(id, signingSecret)),
      });
      session.changed({ tenantId, kind: 'resourceServers' });
      return resourceServer;
    },
    find: (id) => findWhere(rowOf(id)),
    findByIdentifier: (identifier) =>
      readCached(context, { kind: 'resourceServers', key: identifier }, () =>
        findWhere(
          and(eq(resourceServers.tenantId, tenantId), eq(resourceServers.identifier, identifier)),
        ),
      ),
    list: (query) => listResourceServers(context, query, decrypt),
    update: async (id, patch) => {
      const set = {
        ...pickPatch(patch, CHANGEABLE),
        ...(await encrypted(id, patch.signingSecret)),
      };
      if (Object.keys(set).length === 0) return findWhere(rowOf(id));
      const [row] = await db.update(resourceServers).set(set).where(rowOf(id)).returning(columns);
      session.changed({ tenantId, kind: 'resourceServers' });
      return row === undefined ? undefined : decrypt(row);
    },
    changeIdentifier: async (id, identifier) => {
      const [row] = await db
        .update(resourceServers)
        .set({ identifier })
        .where(rowOf(id))
        .returning(columns);
      // Client grants and permissions follow, by foreign key.
      for (const kind of ['resourceServers', 'clientGrants', 'roles'] as const) {
        session.changed({ tenantId, kind });
      }
      return row === undefined ? undefined : decrypt(row);
    },
    delete: async (id) => {
      const deleted = await db
        .delete(resourceServers)
        .where(rowOf(id))
        .returning({ id: resourceServers.id });
      // Client grants and permissions go with it, by foreign key.
      for (const kind of ['resourceServers', 'clientGrants', 'roles'] as const) {
        session.changed({ tenantId, kind });
      }
      return deleted.length > 0;
    },
  };
}

async function listResourceServers(
  { tenantId, session: { db } }: RepositoryContext,
  query: Parameters<ResourceServerRepository['list']>[0],
  decrypt: Decrypt,
) {
  const { identifiers } = query;
  const where = and(
    eq(resourceServers.tenantId, tenantId),
    identifiers === undefined ? undefined : inArray(resourceServers.identifier, [...identifiers]),
  );
  const { limit, offset } = sliceOf(query);
  const rows = await db
    .select(columns)
    .from(resourceServers)
    .where(where)
    .orderBy(asc(resourceServers.sequence))
    .limit(limit)
    .offset(offset);
  const items = await Promise.all(rows.map(decrypt));
  return toPage(query, items, () => db.$count(resourceServers, where));
}
