import type { UserDevice, UserDeviceRepository } from '@tessera/model';
import { and, desc, eq, lt, notInArray, sql } from 'drizzle-orm';
import { userDevices } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { deleteRows } from './delete-rows.ts';
import { withoutNulls } from './rows.ts';

/** Browsers that are remembered of one user; beyond, the one that was used longest ago is forgotten. */
const DEVICES_PER_USER = 50;

type Row = typeof userDevices.$inferSelect;

const readFacts = (row: Row): Omit<UserDevice, 'deviceId'> => {
  const { tenantId: _, deviceHash: __, ...facts } = row;
  return withoutNulls(facts);
};

export function createUserDeviceRepository({
  tenantId,
  seal,
  session,
}: RepositoryContext): UserDeviceRepository {
  const { db } = session;
  const hash = (deviceId: string) => seal.hash(JSON.stringify([tenantId, 'user device', deviceId]));
  const ofUser = (userId: string) =>
    and(eq(userDevices.tenantId, tenantId), eq(userDevices.userId, userId));
  return {
    find: async (userId, deviceId) => {
      const [row] = await db
        .select()
        .from(userDevices)
        .where(and(ofUser(userId), eq(userDevices.deviceHash, hash(deviceId))))
        .limit(1);
      return row && { ...readFacts(row), deviceId };
    },
    findLatest: async (userId) => {
      const [row] = await db
        .select()
        .from(userDevices)
        .where(ofUser(userId))
        .orderBy(desc(userDevices.lastSeenAt))
        .limit(1);
      return row && readFacts(row);
    },
    save: async ({ userId, deviceId, firstSeenAt, lastSeenAt, ...optional }) => {
      const values = {
        lastSeenAt,
        ip: optional.ip ?? null,
        latitude: optional.latitude ?? null,
        longitude: optional.longitude ?? null,
        countryCode: optional.countryCode ?? null,
        mfaRememberedUntil: optional.mfaRememberedUntil ?? null,
      };
      const [saved] = await db
        .insert(userDevices)
        .values({ tenantId, userId, deviceHash: hash(deviceId), firstSeenAt, ...values })
        .onConflictDoUpdate({
          target: [userDevices.tenantId, userDevices.userId, userDevices.deviceHash],
          set: values,
        })
        .returning({ isNew: sql<boolean>`xmax = 0` });
      if (saved?.isNew !== true) return;
      const newest = db
        .select({ deviceHash: userDevices.deviceHash })
        .from(userDevices)
        .where(ofUser(userId))
        .orderBy(desc(userDevices.lastSeenAt), desc(userDevices.firstSeenAt))
        .limit(DEVICES_PER_USER);
      await db
        .delete(userDevices)
        .where(and(ofUser(userId), notInArray(userDevices.deviceHash, newest)));
    },
    forgetMfa: async (userId) => {
      await db.update(userDevices).set({ mfaRememberedUntil: null }).where(ofUser(userId));
    },
    deleteForUser: async (userId) => {
      await db.delete(userDevices).where(ofUser(userId));
    },
    deleteOlderThan: (before) =>
      deleteRows(
        db,
        userDevices,
        and(eq(userDevices.tenantId, tenantId), lt(userDevices.lastSeenAt, before)),
      ),
  };
}
