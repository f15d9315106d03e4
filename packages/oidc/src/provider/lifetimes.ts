import type { Configuration } from 'oidc-provider';
import { policyOf } from '../adapter/client-policy.ts';
import { shorten } from '../post-login/asked-lifetime.ts';
import { extensionOf } from './grant-extension.ts';
import type { IssuerScope } from './issuer-scope.ts';
import { NEVER_SECONDS, refreshTokenSeconds } from './refresh-token-lifetime.ts';
import { sessionExtensionOf } from './session-extension.ts';

/** A login page may stay open this long, and a suspended login may take this long, s. */
const INTERACTION_SECONDS = 3600;
/** Time for an application to exchange its code (RFC 6749, section 4.1.2, allows at most 600), s. */
const CODE_SECONDS = 60;
/** Time for a person to activate a device, s. */
const DEVICE_CODE_SECONDS = 900;
/** Access tokens without an API: good for userinfo only, s. */
const OPAQUE_TOKEN_SECONDS = 86_400;

/** Lifetimes of everything that the protocol stores, s. */
export function createLifetimes({
  requests,
  clock,
}: IssuerScope): NonNullable<Configuration['ttl']> {
  const nowSeconds = (): number => Math.floor(clock.now().getTime() / 1000);

  return {
    AuthorizationCode: CODE_SECONDS,
    DeviceCode: DEVICE_CODE_SECONDS,
    Interaction: INTERACTION_SECONDS,
    AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? OPAQUE_TOKEN_SECONDS,
    ClientCredentials: (_ctx, token) =>
      token.resourceServer?.accessTokenTTL ?? OPAQUE_TOKEN_SECONDS,
    IdToken: (_ctx, _token, client) => policyOf(client).idTokenLifetimeSeconds,
    // The idle lifetime counts from now, the absolute one from the login; whichever ends first.
    Session(ctx, session) {
      const { settings } = requests.of(ctx).context.tenant;
      const absoluteEnd = (session.loginTs ?? nowSeconds()) + settings.sessionLifetimeSeconds;
      const seconds = Math.min(settings.idleSessionLifetimeSeconds, absoluteEnd - nowSeconds());
      return atLeastOne(shorten(seconds, sessionExtensionOf(session)?.asked, clock.now()));
    },
    RefreshToken(ctx, token, client) {
      const { refreshToken } = policyOf(client);
      const asked = extensionOf(ctx.oidc.entities.Grant)?.refreshToken?.asked;
      const seconds = refreshTokenSeconds(refreshToken, token.totalLifetime());
      return atLeastOne(shorten(seconds, asked, clock.now()));
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
