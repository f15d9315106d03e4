import type { User } from '@tessera/model';
import type { Account, FindAccount } from 'oidc-provider';
import { allClaims } from './claims.ts';
import type { IssuerScope } from './issuer-scope.ts';

/** A person, as oidc-provider passes them around. */
interface TenantAccount extends Account {
  readonly user: User;
}

/** Loads the person behind a session or token; undefined once they are deleted. */
export function createFindAccount({ store }: IssuerScope): FindAccount {
  return async (_ctx, userId) => {
    const user = await store.users.find(userId);
    if (user === undefined) return undefined;
    const account: TenantAccount = {
      accountId: user.userId,
      user,
      // oidc-provider picks from these what the granted scopes open.
      claims: () => ({ ...allClaims(user), sub: user.userId }),
    };
    return account;
  };
}

/** The account that `createFindAccount` made. */
export function userOf(account: Account): User {
  return (account as TenantAccount).user;
}
