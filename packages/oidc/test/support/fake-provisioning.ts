import { AppError, type UserProvisioning } from '@tessera/model';

/** Creates and updates as told, and checks nothing; the real one is tested with the accounts. */
export const fakeProvisioning: UserProvisioning = {
  async provision(store, { connection, providerUserId, profile, mayCreate, updates }) {
    if (profile.email === 'taken@example.com') throw new AppError('user_exists', 'It is taken.');
    const userId = `${connection.strategy}|${providerUserId}`;
    const known = await store.users.find(userId);
    if (known !== undefined) return updates ? await store.users.update(userId, profile) : known;
    if (!mayCreate) return undefined;
    return await store.users.create({
      ...profile,
      userId,
      emailVerified: profile.emailVerified ?? false,
      identities: [
        {
          connection: connection.name,
          provider: connection.strategy,
          userId: providerUserId,
          isSocial: false,
        },
      ],
      userMetadata: {},
      appMetadata: {},
      blocked: false,
    });
  },
};
