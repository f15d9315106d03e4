import type { RiskAssessment } from '@tessera/engine';
import type { User } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { assessLogin, noteApplication } from '../post-login/known-browser.ts';
import type { LoginSender } from '../post-login/risk/assess-risk.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';

/** Judges a login at the token endpoint, for those who ask: Actions, and the policy `adaptive`. */
export async function assessDirectLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  user: User,
): Promise<RiskAssessment | undefined> {
  const { mfa } = scope.requests.of(ctx).context.tenant.settings;
  const isAskedFor =
    mfa?.policy === 'adaptive' || (await scope.pipeline.hasActions(scope.store, 'post-login'));
  return isAskedFor ? await assessLogin(ctx, scope, { user, sender: senderOf(ctx) }) : undefined;
}

/** Notes where the person was, where the application is with them. */
export async function noteDirectLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  user: User,
): Promise<void> {
  const { client } = ctx.oidc;
  if (client === undefined || senderOf(ctx) !== 'application') return;
  await noteApplication(ctx, scope, { user, clientId: client.clientId });
}

/** Whoever keeps a secret is a server; what runs on a person's device cannot keep one. */
function senderOf({ oidc }: KoaContextWithOIDC): LoginSender {
  return oidc.client?.clientAuthMethod === 'none' ? 'application' : 'server';
}
