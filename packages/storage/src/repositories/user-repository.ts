import type {
  JsonObject,
  NewUser,
  User,
  UserIdentifier,
  UserPatch,
  UserRepository,
} from '@tessera/model';
import { and, asc, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { ARTEFACTS_OF_USERS, users } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { first, pickPatch, sliceOf, toPage, withoutNulls } from './rows.ts';
import { searchCondition } from './user-search.ts';

const { tenantId: _, connection: __, passwordHash: ___, ...columns } = getTableColumns(users);

const CHANGEABLE = [
  'email',
  'emailVerified',
  'username',
  'phoneNumber',
  'phoneVerified',
  'name',
  'nickname',
  'givenName',
  'familyName',
  'picture',
  'identities',
  'userMetadata',
  'appMetadata',
  'blocked',
  'lastIp',
  'lastLogin',
  'lastPasswordReset',
  'loginsCount',
  'passwordHash',
] as const;

export function createUserRepository(context: RepositoryContext): UserRepository {
  const { tenantId, session } = context;
  const { db } = session;
  const rowOf = (userId: string) => and(eq(users.tenantId, tenantId), eq(users.userId, userId));
  const findWhere = async (where: SQL | undefined): Promise<User | undefined> => {
    const [row] = await db.select(columns).from(users).where(where).limit(1);
    return row === undefined ? undefined : withoutNulls(row);
  };

  return {
    create: async (user) => {
      const { userId } = user;
      const rows = await db
        .insert(users)
        .values({ ...newRow(user), userId, tenantId })
        .returning(columns);
      return withoutNulls(first(rows));
    },
    find: (userId) => findWhere(rowOf(userId)),
    findByIdentifier: (connection, identifier) =>
      findWhere(
        and(eq(users.tenantId, tenantId), eq(users.connection, connection), matches(identifier)),
      ),
    listByEmail: async (email) => {
      const rows = await db
        .select(columns)
        .from(users)
        .where(and(eq(users.tenantId, tenantId), matches({ email })))
        .orderBy(asc(users.createdAt), asc(users.userId));
      return rows.map(withoutNulls);
    },
    list: async (query) => {
      const where = and(
        eq(users.tenantId, tenantId),
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
    update: async (userId, patch) => {
      const rows = await db
        .update(users)
        .set({ ...changedColumns(patch), updatedAt: new Date() })
        .where(rowOf(userId))
        .returning(columns);
      return rows.map(withoutNulls)[0];
    },
    mergeMetadata: async (userId, patch) => {
      const rows = await db
        .update(users)
        .set({
          ...(patch.userMetadata && {
            userMetadata: merged(users.userMetadata, patch.userMetadata),
          }),
          ...(patch.appMetadata && { appMetadata: merged(users.appMetadata, patch.appMetadata) }),
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
        .where(rowOf(userId))
        .returning(columns);
      return rows.map(withoutNulls)[0];
    },
    findPasswordHash: async (userId) => {
      const [row] = await db
        .select({ hash: users.passwordHash })
        .from(users)
        .where(rowOf(userId))
        .limit(1);
      return row?.hash ?? undefined;
    },
    delete: (userId) =>
      session.transaction(async (tx) => {
        for (const table of ARTEFACTS_OF_USERS) {
          await tx.db
            .delete(table)
            .where(and(eq(table.tenantId, tenantId), eq(table.accountId, userId)));
        }
        const deleted = await tx.db
          .delete(users)
          .where(rowOf(userId))
          .returning({ id: users.userId });
        return deleted.length > 0;
      }),
  };
}

function newRow(user: NewUser) {
  const {
    lastIp: ignoredIp,
    lastLogin: ignoredLogin,
    loginsCount: ignoredCount,
    ...fields
  } = pickPatch(user as NewUser & Partial<User>, CHANGEABLE);
  const [identity] = user.identities;
  if (identity === undefined) throw new Error('A user needs at least one identity');
  return { ...fields, ...lowerCaseEmail(user), connection: identity.connection };
}

function changedColumns(patch: UserPatch) {
  const {
    loginsCount,
    emailVerified,
    identities,
    userMetadata,
    appMetadata,
    blocked,
    ...nullable
  } = pickPatch(patch, CHANGEABLE);
  // `null` removes optional fields; for the others it says nothing.
  const required = { loginsCount, emailVerified, identities, userMetadata, appMetadata, blocked };
  const present = Object.entries(required).filter(([, value]) => value != null);
  const [identity] = identities ?? [];
  return {
    ...nullable,
    ...lowerCaseEmail(patch),
    ...Object.fromEntries(present),
    ...(identity && { connection: identity.connection }),
  };
}

function lowerCaseEmail({ email }: { readonly email?: string | null }) {
  return typeof email === 'string' ? { email: email.toLowerCase() } : {};
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
