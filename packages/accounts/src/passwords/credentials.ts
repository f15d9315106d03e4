import type { Connection, TenantStore, User } from '@tessera/model';

/** A password's owner: who somebody is, and the row that holds their password and its address. */
export interface Credentials {
  /** Who logs in with the password. */
  readonly user: User;
  /** The same, unless the account is linked to that user. */
  readonly account: User;
}

/** The owner of the credentials of an id; undefined when there are none. */
export async function findCredentials(
  { users }: TenantStore,
  accountId: string,
): Promise<Credentials | undefined> {
  const user = await users.findPrimary(accountId);
  if (user === undefined) return undefined;
  const account = user.userId === accountId ? user : await users.findAccount(accountId);
  return account && { user, account };
}

/**
 * A user's credentials in a database connection: those of `userId` itself, or else the first that are
 * linked to it. Undefined when the user does not exist or has no identity there.
 */
export async function findCredentialsIn(
  store: TenantStore,
  userId: string,
  { name, strategy }: Connection,
): Promise<Credentials | undefined> {
  const user = await store.users.findPrimary(userId);
  const ids = (user?.identities ?? [])
    .filter(({ connection, provider }) => connection === name && provider === strategy)
    .map((identity) => `${identity.provider}|${identity.userId}`);
  const accountId = ids.find((id) => id === userId) ?? ids[0];
  return accountId === undefined ? undefined : findCredentials(store, accountId);
}
