import type { Configuration } from 'oidc-provider';
import { policyOf } from '../adapter/client-policy.ts';
import type { IssuerScope } from './issuer-scope.ts';

/** A login page may stay open this long, and a suspended login may take this long, s. */
const INTERACTION_SECONDS = 3600;
/** Time for an application to exchange its code (RFC 6749, section 4.1.2, allows at most 600), s. */
const CODE_SECONDS = 60;
/** Access tokens without an API: good for userinfo only, s. */
const OPAQUE_TOKEN_SECONDS = 86_400;
/** What "does not expire" means: 50 years still fit a 32-bit number of seconds. */
const NEVER_SECONDS = 50 * 31_557_600;

/** Lifetimes of everything that the protocol stores, s. */
export function createLifetimes({
  requests,
  clock,
}: IssuerScope): NonNullable<Configuration['ttl']> {
  const nowSeconds = (): number => Math.floor(clock.now().getTime() / 1000);

  return {
    AuthorizationCode: CODE_SECONDS,
    Interaction: INTERACTION_SECONDS,
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? OPAQUE_TOKEN_SECONDS,
    ClientCredentials: (_ctx, token) =>
      token.resourceServer?.accessTokenTTL ?? OPAQUE_TOKEN_SECONDS,
    IdToken: (_ctx, _token, client) => policyOf(client).idTokenLifetimeSeconds,
    // The idle lifetime counts from now, the absolute one from the login; whichever ends first.
    Session(ctx, session) {
      const { settings } = requests.of(ctx).context.tenant;
      const absoluteEnd = (session.loginTs ?? nowSeconds()) + settings.sessionLifetimeSeconds;
      return atLeastOne(Math.min(settings.idleSessionLifetimeSeconds, absoluteEnd - nowSeconds()));
    },
    RefreshToken(_ctx, token, client) {
      const { refreshToken } = policyOf(client);
      if (refreshToken.expirationType === 'non-expiring') return NEVER_SECONDS;
      const absolute = refreshToken.lifetimeSeconds - token.totalLifetime();
      return atLeastOne(Math.min(absolute, refreshToken.idleLifetimeSeconds));
    },
    // A grant must outlive every token that refers to it.
    Grant(ctx, grant) {
      const isOffline = grant.getOIDCScope().split(' ').includes('offline_access');
      const { client } = ctx.oidc;
      if (!isOffline || client === undefined) return OPAQUE_TOKEN_SECONDS + INTERACTION_SECONDS;
      const { refreshToken } = policyOf(client);
      return refreshToken.expirationType === 'non-expiring'
        ? NEVER_SECONDS
        : refreshToken.lifetimeSeconds + OPAQUE_TOKEN_SECONDS;
    },
  };
}

function atLeastOne(seconds: number): number {
  return Math.max(1, Math.floor(seconds));
}
