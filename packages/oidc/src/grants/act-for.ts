import type { User } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { createFindAccount } from '../provider/accounts.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';

/** Makes a user the account of the request. */
export async function actFor(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  user: User,
): Promise<void> {
  const account = await createFindAccount(scope)(ctx, user.userId);
  if (account === undefined) throw new Error('the user of this login no longer exists');
  ctx.oidc.entity('Account', account);
}
