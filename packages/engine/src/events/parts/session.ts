import type { PostLoginEvent } from '@tessera/action-types';
import { withoutUndefined } from '../../json/without-undefined.ts';
import type { PostLoginFacts } from '../facts.ts';

/** `event.session`; absent where there is no browser. */
export function buildSession({ session, user }: PostLoginFacts): PostLoginEvent['session'] {
  if (session === undefined) return undefined;
  return {
    id: session.id,
    user_id: user.userId,
    created_at: session.createdAt.toISOString(),
    authenticated_at: session.authenticatedAt.toISOString(),
  };
}

/** `event.refresh_token`; absent when none is exchanged. */
export function buildRefreshToken({ refreshToken, client, user, session }: PostLoginFacts) {
  if (refreshToken === undefined) return undefined;
  return withoutUndefined({
    id: refreshToken.id,
    client_id: client.clientId,
    created_at: refreshToken.createdAt.toISOString(),
    rotating: client.refreshToken.rotationType === 'rotating',
    session_id: session?.id,
    user_id: user.userId,
  });
}
