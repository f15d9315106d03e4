import type { JsonObject, User, UserIdentifier, UserRepository } from '@tessera/model';
import { and, asc, desc, eq, getTableColumns, isNull, or, type SQL, sql } from 'drizzle-orm';
import { users } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { first, sliceOf, toPage, withoutNulls } from './rows.ts';
import { changedColumns, newUserColumns } from './user-columns.ts';
import { createUserLinks, primaryIdOf } from './user-links.ts';
import { searchCondition } from './user-search.ts';
import { deleteArtefacts, deleteMessages } from './user-traces.ts';

const {
  tenantId: _,
  connection: __,
  passwordHash: ___,
  linkedTo: ____,
  ...columns
} = getTableColumns(users);

type UserReads = Pick<
  UserRepository,
  'find' | 'findByIdentifier' | 'listByEmail' | 'list' | 'findPasswordHash'
>;
type UserWrites = Omit<UserRepository, keyof UserReads | keyof ReturnType<typeof createUserLinks>>;

export function createUserRepository(context: RepositoryContext): UserRepository {
  return { ...createReads(context), ...createWrites(context), ...createUserLinks(context) };
}

type Database = RepositoryContext['session']['db'];

/** Of the pool, and of a transaction as long as that lasts. */
const PREPARED = new WeakMap<Database, ReturnType<typeof prepareFind>>();

/** Every login, exchange and refresh reads its person: built once, and planned once per connection. */
function prepareFind(db: Database) {
  return db
    .select(columns)
    .from(users)
    .where(
      and(
        eq(users.tenantId, sql.placeholder('tenantId')),
        isNull(users.linkedTo),
        eq(users.userId, sql.placeholder('userId')),
      ),
    )
    .limit(1)
    .prepare('find_user');
}

function findPrepared(db: Database) {
  const prepared = PREPARED.get(db) ?? prepareFind(db);
  PREPARED.set(db, prepared);
  return prepared;
}

function createReads({ tenantId, session: { db, reads } }: RepositoryContext): UserReads {
  const ofTenant = eq(users.tenantId, tenantId);
  const isPrimary = isNull(users.linkedTo);
  const findWhere = async (where: SQL | undefined): Promise<User | undefined> => {
    const rows = await db.select(columns).from(users).where(where).limit(1);
    return rows.map(withoutNulls)[0];
  };

  return {
    find: async (userId) => {
      const rows = await findPrepared(reads).execute({ tenantId, userId });
      return rows.map(withoutNulls)[0];
    },
    findByIdentifier: (connection, identifier) =>
      findWhere(and(ofTenant, eq(users.connection, connection), matches(identifier))),
    listByEmail: async (email) => {
      const rows = await db
        .select(columns)
        .from(users)
        .where(and(ofTenant, isPrimary, matches({ email })))
        .orderBy(asc(users.createdAt), asc(users.userId));
      return rows.map(withoutNulls);
    },
    list: async (query) => {
      const where = and(
        ofTenant,
        isPrimary,
        query.connection === undefined ? undefined : eq(users.connection, query.connection),
        query.q === undefined ? undefined : searchCondition(query.q),
      );
      const { limit, offset } = sliceOf(query);
      const rows = await db
        .select(columns)
        .from(users)
        .where(where)
        .orderBy(desc(users.createdAt), desc(users.userId))
        .limit(limit)
        .offset(offset);
      return toPage(query, rows.map(withoutNulls), () => db.$count(users, where));
    },
    findPasswordHash: async (userId) => {
      const [row] = await db
        .select({ hash: users.passwordHash })
        .from(users)
        .where(and(ofTenant, eq(users.userId, userId)))
        .limit(1);
      return row?.hash ?? undefined;
    },
  };
}

function createWrites({ tenantId, session }: RepositoryContext): UserWrites {
  const { db } = session;
  const rowOf = (userId: string) => and(eq(users.tenantId, tenantId), eq(users.userId, userId));

  return {
    create: async (user) => {
      const rows = await db
        .insert(users)
        .values({ ...newUserColumns(user), tenantId })
        .returning(columns);
      return withoutNulls(first(rows));
    },
    update: async (userId, patch) => {
      const rows = await db
        .update(users)
        .set({ ...changedColumns(patch), updatedAt: new Date() })
        .where(rowOf(userId))
        .returning(columns);
      return rows.map(withoutNulls)[0];
    },
    mergeMetadata: async (userId, { userMetadata, appMetadata }) => {
      const rows = await db
        .update(users)
        .set({
          ...(userMetadata && { userMetadata: merged(users.userMetadata, userMetadata) }),
          ...(appMetadata && { appMetadata: merged(users.appMetadata, appMetadata) }),
          updatedAt: new Date(),
        })
        .where(rowOf(userId))
        .returning(columns);
      return rows.map(withoutNulls)[0];
    },
    recordLogin: async (userId, { ip, at }) => {
      const rows = await db
        .update(users)
        .set({ loginsCount: sql`${users.loginsCount} + 1`, lastLogin: at, lastIp: ip })
        .where(and(eq(users.tenantId, tenantId), eq(users.userId, primaryIdOf(tenantId, userId))))
        .returning(columns);
      return rows.map(withoutNulls)[0];
    },
    delete: (userId) =>
      session.transaction(async (tx) => {
        await deleteArtefacts(tx, tenantId, [userId]);
        const accounts = tx.db
          .select({ userId: users.userId })
          .from(users)
          .where(
            and(
              eq(users.tenantId, tenantId),
              or(eq(users.userId, userId), eq(users.linkedTo, userId)),
            ),
          );
        await deleteMessages(tx, tenantId, accounts);
        const deleted = await tx.db
          .delete(users)
          .where(rowOf(userId))
          .returning({ id: users.userId });
        return deleted.length > 0;
      }),
  };
}

function matches(identifier: UserIdentifier): SQL {
  if ('email' in identifier) return eq(sql`lower(${users.email})`, identifier.email.toLowerCase());
  if ('username' in identifier) {
    return eq(sql`lower(${users.username})`, identifier.username.toLowerCase());
  }
  return eq(users.phoneNumber, identifier.phoneNumber);
}

/** Members of `patch` laid over the column; those that are `null` taken out of it. */
function merged(
  column: typeof users.userMetadata | typeof users.appMetadata,
  patch: JsonObject,
): SQL {
  const removed = Object.keys(patch).filter((name) => patch[name] === null);
  const set = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));
  return sql`(${column} || ${JSON.stringify(set)}::jsonb) - ${sql.param(removed)}::text[]`;
}
