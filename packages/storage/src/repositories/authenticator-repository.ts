import type {
  Authenticator,
  AuthenticatorPatch,
  AuthenticatorRepository,
  JsonObject,
} from '@tessera/model';
import { and, asc, eq, type SQL } from 'drizzle-orm';
import { authenticators } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { first, pickPatch, withoutNulls } from './rows.ts';

type Row = typeof authenticators.$inferSelect;

/** How secrets of one tenant's authenticators are stored, read and compared. */
function createSecrets({ tenantId, secrets, seal }: RepositoryContext) {
  const placeOf = (id: string) => ({ tenantId, table: 'authenticators', id });
  const hash = (id: string, secret: JsonObject) =>
    seal.hash(JSON.stringify([tenantId, 'authenticator secret', id, JSON.stringify(secret)]));
  return {
    hash,
    columns: async (id: string, secret: JsonObject) => ({
      secret: await secrets.encrypt(JSON.stringify(secret), placeOf(id)),
      secretHash: hash(id, secret),
    }),
    read: async (row: Row): Promise<Authenticator> => {
      const { tenantId: _, secretHash: __, sequence: ___, secret, ...rest } = row;
      const text = await secrets.decrypt(secret, placeOf(row.id));
      return { ...withoutNulls(rest), secret: JSON.parse(text) as JsonObject };
    },
  };
}

export function createAuthenticatorRepository(context: RepositoryContext): AuthenticatorRepository {
  const { tenantId, session } = context;
  const { db } = session;
  const secrets = createSecrets(context);
  const ofTenant = eq(authenticators.tenantId, tenantId);
  const rowOf = (id: string) => and(ofTenant, eq(authenticators.id, id));
  const findWhere = async (where: SQL | undefined): Promise<Authenticator | undefined> => {
    const [row] = await db.select().from(authenticators).where(where).limit(1);
    return row && secrets.read(row);
  };
  return {
    create: async ({ secret, ...authenticator }) => {
      const values = {
        ...authenticator,
        tenantId,
        ...(await secrets.columns(authenticator.id, secret)),
      };
      return secrets.read(first(await db.insert(authenticators).values(values).returning()));
    },
    find: (id) => findWhere(rowOf(id)),
    findByCredentialId: (credentialId) =>
      findWhere(and(ofTenant, eq(authenticators.credentialId, credentialId))),
    listForUser: async (userId) => {
      const rows = await db
        .select()
        .from(authenticators)
        .where(and(ofTenant, eq(authenticators.userId, userId)))
        .orderBy(asc(authenticators.sequence));
      return Promise.all(rows.map(secrets.read));
    },
    update: async (id, patch, ifSecret) => {
      const unchanged = ifSecret && eq(authenticators.secretHash, secrets.hash(id, ifSecret));
      const [row] = await db
        .update(authenticators)
        .set({
          ...pickPatch(patch, PLAIN),
          ...(patch.secret && (await secrets.columns(id, patch.secret))),
        })
        .where(and(rowOf(id), unchanged))
        .returning();
      return row && secrets.read(row);
    },
    delete: async (id) => {
      const deleted = await db
        .delete(authenticators)
        .where(rowOf(id))
        .returning({ id: authenticators.id });
      return deleted.length === 1;
    },
    deleteForUser: async (userId) => {
      const deleted = await db
        .delete(authenticators)
        .where(and(ofTenant, eq(authenticators.userId, userId)))
        .returning({ id: authenticators.id });
      return deleted.length;
    },
  };
}

/** What a patch may change as it is. */
const PLAIN = [
  'isConfirmed',
  'name',
  'phoneNumber',
  'preferredMethod',
  'email',
  'lastUsedAt',
] as const satisfies readonly (keyof AuthenticatorPatch)[];
