import type { TriggerOutcome } from '@tessera/engine';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { freshLogin } from './authentication.ts';
import { reportUnserved, type UnservedWish } from './unserved.ts';

/** Refuses the login. A session that this very login began ends with it, so that the person can try another account. */
export async function refuse(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  error: errors.OIDCProviderError,
): Promise<never> {
  scope.requests.of(ctx).isLoginRefused = true;
  if (freshLogin(ctx.oidc.result) !== undefined) await endNewSession(ctx);
  throw error;
}

/** Refuses what no flow serves. Silently nothing of it could have been done anyway. */
export async function refuseUnserved(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  refused: { readonly outcome: TriggerOutcome | undefined; readonly unserved: UnservedWish },
): Promise<never> {
  const { outcome, unserved } = refused;
  const message = await reportUnserved(scope.store, outcome?.executionId, unserved);
  const isSilent = ctx.oidc.prompts.has('none');
  const error = isSilent
    ? new errors.InteractionRequired(message)
    : new errors.AccessDenied(message);
  return await refuse(ctx, scope, error);
}

/** Resuming gives the session a new id that is not stored yet; what is stored has the one of the cookie. */
async function endNewSession({ oidc, cookies }: KoaContextWithOIDC): Promise<void> {
  const { provider, session } = oidc;
  const stored = cookies.get(provider.cookieName('session'), { signed: true });
  if (stored !== undefined) await provider.Session.adapter.destroy(stored);
  await session?.destroy();
}
