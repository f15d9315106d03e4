import { createAlphanumericId } from '@tessera/model';
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { policyOf } from '../adapter/client-policy.ts';
import { addToGrant, findConsent, requestedConsent } from '../login/consent-memory.ts';
import type { IssuerScope } from './issuer-scope.ts';

/** Letters and digits of a grant's id. */
export const GRANT_ID_LENGTH = 32;

/**
 * Finds or makes the grant of an authorization. Each authorization has its own, so that refresh
 * tokens of one login are one family. It is unsaved until post-login has had its say.
 */
export function createLoadGrant(scope: IssuerScope) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { account, client, session, provider } = ctx.oidc;
    if (account === undefined || client === undefined || session === undefined) return undefined;
    // The same for all applications of the session; must be set before codes are made.
    session.sidFor(client.clientId, session.uid);
    const known = await findKnown(ctx);
    if (known !== undefined) return known;
    const grant = new provider.Grant({
      accountId: account.accountId,
      clientId: client.clientId,
    });
    grant.jti = createAlphanumericId(scope.randomBytes, GRANT_ID_LENGTH);
    if (policyOf(client).isFirstParty) addToGrant(grant, requestedConsent(ctx));
    else {
      const key = { userId: account.accountId, clientId: client.clientId };
      addToGrant(grant, await findConsent(scope.store, key));
    }
    return grant;
  };
}

/** The grant that was saved before the person was asked for consent. */
async function findKnown(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { provider, account, client, entities, result } = ctx.oidc;
  const id = result?.consent?.grantId ?? entities.Interaction?.grantId;
  const grant = id === undefined ? undefined : await provider.Grant.find(id);
  const isOurs = grant?.accountId === account?.accountId && grant?.clientId === client?.clientId;
  return isOurs ? grant : undefined;
}
