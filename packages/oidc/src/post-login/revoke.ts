import type { Revocation } from '@tessera/engine';
import type { JsonObject } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { cookieAttributes } from '../provider/cookies.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';

/** What a login or a refresh could end, by the names that storage has for it. */
interface Revocable {
  /** Absent of a login without a browser. */
  readonly sessionUid?: string;
  readonly userId: string;
  /** Of the refresh token that is exchanged; a login has none yet. */
  readonly grantId?: string;
}

/** `api.session.revoke` and `api.refreshToken.revoke`. */
export async function revoke(
  { store }: IssuerScope,
  { sessionUid, userId, grantId }: Revocable,
  revocation: Revocation,
): Promise<void> {
  const { oidcModels } = store;
  if (revocation.target === 'session') {
    if (sessionUid === undefined) return;
    await oidcModels.destroyByUid('Session', sessionUid);
    if (revocation.preserveRefreshTokens) return;
    await oidcModels.revokeGrants(userId, (grant) => sessionOf(grant) === sessionUid);
  } else if (grantId !== undefined) {
    // The refresh tokens of a login are one family.
    await oidcModels.revokeByGrantId(grantId);
    await oidcModels.destroy('Grant', grantId);
  }
}

/** The same where the browser is at hand: the cookie of its session goes too. */
export async function revokeInBrowser(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  revocation: Revocation,
): Promise<void> {
  const { session, provider } = ctx.oidc;
  if (session?.accountId === undefined) return;
  await revoke(scope, { sessionUid: session.uid, userId: session.accountId }, revocation);
  if (revocation.target !== 'session') return;
  // Marks it: oidc-provider would store it again at the end of the request.
  await session.destroy();
  ctx.cookies.set(provider.cookieName('session'), null, {
    ...cookieAttributes(scope.issuer),
    signed: true,
  });
}

function sessionOf(grant: JsonObject): unknown {
  const { extension } = grant;
  return typeof extension === 'object' && extension !== null && 'sid' in extension
    ? extension.sid
    : undefined;
}
