import type { PostLoginEvent } from '@tessera/action-types';
import { withoutUndefined } from '../../json/without-undefined.ts';
import type { DeviceFacts, PostLoginFacts } from '../facts.ts';

/** `event.session`; absent where there is no browser. */
export function buildSession({ session, user }: PostLoginFacts): PostLoginEvent['session'] {
  if (session === undefined) return undefined;
  const { cookieMode, clientIds } = session;
  return withoutUndefined({
    id: session.id,
    user_id: user.userId,
    created_at: session.createdAt.toISOString(),
    authenticated_at: session.authenticatedAt.toISOString(),
    updated_at: session.updatedAt?.toISOString(),
    last_interacted_at: session.lastInteractedAt?.toISOString(),
    expires_at: session.expiresAt?.toISOString(),
    idle_expires_at: session.idleExpiresAt?.toISOString(),
    cookie: cookieMode && { mode: cookieMode },
    clients: clientIds?.map((clientId) => ({ client_id: clientId })),
    device: session.device && buildDevice(session.device),
    metadata: session.metadata && { ...session.metadata },
  });
}

/** `event.refresh_token`; absent when none is exchanged. */
export function buildRefreshToken({ refreshToken, client, user, session }: PostLoginFacts) {
  if (refreshToken === undefined) return undefined;
  return withoutUndefined({
    id: refreshToken.id,
    client_id: client.clientId,
    created_at: refreshToken.createdAt.toISOString(),
    expires_at: refreshToken.expiresAt?.toISOString(),
    idle_expires_at: refreshToken.idleExpiresAt?.toISOString(),
    last_exchanged_at: refreshToken.lastExchangedAt?.toISOString(),
    rotating: client.refreshToken.rotationType === 'rotating',
    session_id: session?.id,
    user_id: user.userId,
    device: refreshToken.device && buildDevice(refreshToken.device),
    metadata: refreshToken.metadata && { ...refreshToken.metadata },
    resource_servers: refreshToken.resourceServers?.map((one) => ({ ...one })),
  });
}

function buildDevice(device: DeviceFacts) {
  return withoutUndefined({
    initial_ip: device.initialIp,
    initial_user_agent: device.initialUserAgent,
    last_ip: device.lastIp,
    last_user_agent: device.lastUserAgent,
  });
}
