import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { DialectError } from '../dialect/dialect-error.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { ProviderContext } from '../provider/provider-context.ts';

/** How often a device may ask whether the person has finished, s (RFC 8628, section 3.5). */
export const POLL_INTERVAL_SECONDS = 5;

/** Makes a device that asks too often wait; oidc-provider tells every one to come again at once. */
export async function slowDownPolling(ctx: ProviderContext, scope: IssuerScope): Promise<void> {
  const state = scope.requests.of(ctx);
  if (!(state.error instanceof errors.AuthorizationPending)) return;
  const { params } = (ctx as KoaContextWithOIDC).oidc;
  const key = `device-poll:${scope.tenantId}:${String(params?.device_code)}`;
  const { count } = await scope.rateLimits.consume(key, POLL_INTERVAL_SECONDS);
  if (count > 1) {
    state.error = new DialectError(
      429,
      'slow_down',
      `You are polling faster than the specified interval of ${POLL_INTERVAL_SECONDS} seconds.`,
    );
  }
}
