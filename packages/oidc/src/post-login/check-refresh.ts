import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { policyOf } from '../adapter/client-policy.ts';
import { accessDenied, DialectError } from '../dialect/dialect-error.ts';
import { publicMembers } from '../http/public-members.ts';
import { createRequestFacts } from '../http/request-facts.ts';
import { userOf } from '../provider/accounts.ts';
import { extensionOf } from '../provider/grant-extension.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { createPostLoginEvent } from './post-login-event.ts';
import { runTrigger } from './run-trigger.ts';
import { saveMetadata } from './save-metadata.ts';
import { toTokenEffects } from './token-effects.ts';

/**
 * oidc-provider's `rotateRefreshToken`: the last callback before a refresh token is used. Runs
 * post-login; a rejection refuses the refresh and leaves the token as it was. Says whether to rotate.
 */
export async function checkRefresh(ctx: KoaContextWithOIDC, scope: IssuerScope): Promise<boolean> {
  const { account, client, entities } = ctx.oidc;
  const token = entities.RefreshToken;
  const grant = extensionOf(entities.Grant);
  if (account === undefined || client === undefined || token === undefined || grant === undefined) {
    throw new errors.InvalidGrant('the grant of this refresh token is incomplete');
  }
  const user = userOf(account);
  if (user.blocked) throw new DialectError(403, 'unauthorized', 'user is blocked');
  if (await scope.pipeline.hasActions(scope.store, 'post-login')) {
    const { context } = scope.requests.of(ctx);
    const body = publicMembers(ctx.oidc.body ?? {});
    const event = await createPostLoginEvent(ctx, scope, {
      user,
      authentication: grant.authentication,
      sessionId: grant.sid,
      authenticatedAt: grant.authenticatedAt,
      refreshToken: { createdAt: new Date((token.iiat ?? token.iat) * 1000) },
      request: createRequestFacts(ctx, context, { body }),
      transaction: {
        id: grant.transactionId,
        protocol: 'oauth2-refresh-token',
        requestedScopes: body.scope?.split(' ') ?? [...token.scopes],
        acrValues: [],
        uiLocales: [],
      },
    });
    await applyPostLogin(ctx, scope, { userId: user.userId, event });
  }
  await prolong(ctx, scope);
  return policyOf(client).refreshToken.rotationType === 'rotating';
}

async function applyPostLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: { readonly userId: string; readonly event: Parameters<typeof runTrigger>[2]['event'] },
): Promise<void> {
  const outcome = await runTrigger(ctx, scope, { triggerId: 'post-login', event: login.event });
  await saveMetadata(scope.store, login.userId, outcome);
  switch (outcome.end.kind) {
    case 'denied':
      throw accessDenied(outcome.end.reason);
    case 'failed':
    case 'invalid':
      throw accessDenied(outcome.end.message);
    case 'dropped':
    case 'retry':
      throw new Error(`post-login cannot end as ${outcome.end.kind}`);
    case 'suspended':
      throw new DialectError(403, 'interaction_required', 'The login needs a step in the browser.');
    case 'completed':
      scope.requests.of(ctx).effects = toTokenEffects(outcome.effects);
  }
}

/** Moving the end by less is not worth a write, s. */
const PROLONG_STEP_SECONDS = 60;

/** A token that stays the same is used, so its idle lifetime begins anew; rotation makes a new one anyway. */
async function prolong(ctx: KoaContextWithOIDC, { clock }: IssuerScope): Promise<void> {
  const { client, entities } = ctx.oidc;
  const token = entities.RefreshToken;
  if (client === undefined || token === undefined) return;
  const { rotationType, expirationType, idleLifetimeSeconds, lifetimeSeconds } =
    policyOf(client).refreshToken;
  if (rotationType === 'rotating' || expirationType === 'non-expiring') return;
  const now = Math.floor(clock.now().getTime() / 1000);
  const exp = Math.min(now + idleLifetimeSeconds, (token.iiat ?? token.iat) + lifetimeSeconds);
  if (exp - (token.exp ?? 0) < PROLONG_STEP_SECONDS) return;
  token.exp = exp;
  await token.save();
}
