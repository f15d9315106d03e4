import { createHash } from 'node:crypto';
import type { RefreshTokenFacts } from '@tessera/engine';
import type { RequestFacts } from '@tessera/model';
import type { Client, RefreshToken } from 'oidc-provider';
import { policyOf } from '../adapter/client-policy.ts';
import type { GrantExtension } from '../provider/grant-extension.ts';
import { toAudience } from '../provider/resource-indicator.ts';
import { toDate, usedBy } from './session-facts.ts';

/** Letters of a refresh token's name after `rt_`. */
const NAME_LENGTH = 24;

/** `event.refresh_token` of the token that is exchanged. */
export function createRefreshTokenFacts(
  exchanged: {
    readonly token: RefreshToken;
    readonly grantId: string;
    readonly client: Client;
    readonly extension: GrantExtension;
  },
  request: RequestFacts,
  now: Date,
): RefreshTokenFacts {
  const { token, grantId, client } = exchanged;
  const { asked, device, lastExchangedAt } = exchanged.extension.refreshToken ?? {};
  const issuedAt = token.iiat ?? token.iat;
  const { expirationType, lifetimeSeconds, idleLifetimeSeconds } = policyOf(client).refreshToken;
  const isExpiring = expirationType !== 'non-expiring';
  const absoluteEnd = isExpiring ? (issuedAt + lifetimeSeconds) * 1000 : Infinity;
  const expiresAt = Math.min(absoluteEnd, asked?.expiresAt ?? Infinity);
  const idleEnd = isExpiring ? now.getTime() + idleLifetimeSeconds * 1000 : Infinity;
  return {
    id: nameOf(grantId),
    createdAt: new Date(issuedAt * 1000),
    ...(expiresAt === Infinity ? {} : { expiresAt: toDate(expiresAt) }),
    ...(isExpiring ? { idleExpiresAt: toDate(Math.min(idleEnd, expiresAt)) } : {}),
    ...(lastExchangedAt === undefined ? {} : { lastExchangedAt: new Date(lastExchangedAt) }),
    ...(asked?.metadata === undefined ? {} : { metadata: asked.metadata }),
    device: usedBy(device, request),
    resourceServers: [...token.resourceIndicators]
      .filter((indicator) => indicator !== undefined)
      .map((indicator) => ({ audience: toAudience(indicator), scopes: token.scope ?? '' })),
  };
}

/** The same over rotation, and of no use as a token. */
function nameOf(grantId: string): string {
  const digest = createHash('sha256').update(`refresh token of ${grantId}`).digest('hex');
  return `rt_${digest.slice(0, NAME_LENGTH)}`;
}
