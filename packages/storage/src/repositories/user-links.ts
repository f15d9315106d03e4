import {
  AppError,
  toProfileData,
  type User,
  type UserIdentity,
  type UserRepository,
} from '@tessera/model';
import { and, eq, getTableColumns, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Session } from '../database/session.ts';
import { users } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { withoutNulls } from './rows.ts';
import { deleteArtefacts } from './user-traces.ts';

type Links = Pick<UserRepository, 'findPrimary' | 'findAccount' | 'link' | 'unlink'>;

const {
  tenantId: _tenantId,
  connection: _connection,
  passwordHash: _passwordHash,
  linkedTo: _linkedTo,
  ...columns
} = getTableColumns(users);

/** Users whose row only holds the credentials of another user's identity. */
export function createUserLinks({ tenantId, session }: RepositoryContext): Links {
  const ofTenant = eq(users.tenantId, tenantId);
  const rowOf = (userId: string) => and(ofTenant, eq(users.userId, userId));

  return {
    findPrimary: async (userId) => {
      const rows = await session.db
        .select(columns)
        .from(users)
        .where(and(ofTenant, eq(users.userId, primaryIdOf(tenantId, userId))))
        .limit(1);
      return rows.map(withoutNulls)[0];
    },
    findAccount: async (userId) => {
      const rows = await session.db.select(columns).from(users).where(rowOf(userId)).limit(1);
      return rows.map(withoutNulls)[0];
    },
    link: (primaryId, secondaryId) =>
      session.transaction((tx) => link(tx, tenantId, { primaryId, secondaryId })),
    unlink: (primaryId, { provider, userId }) =>
      session.transaction(async ({ db }) => {
        const [row] = await db.select(columns).from(users).where(rowOf(primaryId)).for('update');
        const primary = row && withoutNulls(row);
        const [, ...further] = primary?.identities ?? [];
        const gone = further.find((one) => one.provider === provider && one.userId === userId);
        if (primary === undefined || gone === undefined) return undefined;
        const { profileData: _profileData, ...own } = gone;
        const set = { updatedAt: new Date() };
        await db
          .update(users)
          .set({ ...set, linkedTo: null, identities: [own] })
          .where(and(rowOf(`${provider}|${userId}`), eq(users.linkedTo, primaryId)));
        const identities = primary.identities.filter((one) => one !== gone);
        const [kept] = await db
          .update(users)
          .set({ ...set, identities })
          .where(rowOf(primaryId))
          .returning(columns);
        return kept && withoutNulls(kept);
      }),
  };
}

async function link(
  session: Session,
  tenantId: string,
  { primaryId, secondaryId }: { readonly primaryId: string; readonly secondaryId: string },
): Promise<User> {
  const { db } = session;
  const ofTenant = eq(users.tenantId, tenantId);
  if (primaryId === secondaryId) {
    throw new AppError('conflict', 'A user cannot be linked to itself.');
  }
  // Locked in one order, so that two links of the same users cannot wait for each other.
  const rows = await db
    .select(columns)
    .from(users)
    .where(and(ofTenant, inArray(users.userId, [primaryId, secondaryId]), isNull(users.linkedTo)))
    .orderBy(users.userId)
    .for('update');
  const found = rows.map(withoutNulls);
  const primary = found.find(({ userId }) => userId === primaryId);
  const secondary = found.find(({ userId }) => userId === secondaryId);
  if (primary === undefined || secondary === undefined) {
    throw new AppError('not_found', 'The user does not exist.');
  }
  const those = and(
    ofTenant,
    sql`(${users.userId} = ${secondaryId} or ${users.linkedTo} = ${secondaryId})`,
  );
  await db.update(users).set({ linkedTo: primaryId }).where(those);
  await deleteArtefacts(session, tenantId, [secondaryId]);
  const identities = [...primary.identities, ...linkedIdentities(secondary)];
  const [row] = await db
    .update(users)
    .set({ identities, updatedAt: new Date() })
    .where(and(ofTenant, eq(users.userId, primaryId)))
    .returning(columns);
  if (row === undefined) throw new Error('a locked user is gone');
  return withoutNulls(row);
}

/** The id of a user, or of the one whom it is linked to, as a subquery. */
export function primaryIdOf(tenantId: string, userId: string): SQL<string> {
  return sql`(select coalesce(linked_to, user_id) from users where tenant_id = ${tenantId} and user_id = ${userId})`;
}

/** The first identity takes the profile along, which nothing else shows from now on. */
function linkedIdentities(user: User): readonly UserIdentity[] {
  const [own, ...further] = user.identities;
  return own === undefined ? further : [{ ...own, profileData: toProfileData(user) }, ...further];
}
