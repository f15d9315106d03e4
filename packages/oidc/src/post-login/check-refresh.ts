import type { TriggerEffects } from '@tessera/engine';
import type { User } from '@tessera/model';
import { type Client, errors, type KoaContextWithOIDC, type RefreshToken } from 'oidc-provider';
import { policyOf } from '../adapter/client-policy.ts';
import { accessDenied, DialectError } from '../dialect/dialect-error.ts';
import { publicMembers } from '../http/public-members.ts';
import { createRequestFacts } from '../http/request-facts.ts';
import { userOf } from '../provider/accounts.ts';
import { extensionOf, type GrantExtension } from '../provider/grant-extension.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { refreshTokenSeconds } from '../provider/refresh-token-lifetime.ts';
import { toAudience } from '../provider/resource-indicator.ts';
import { isOver, shorten } from './asked-lifetime.ts';
import { hasMultifactor } from './multifactor-policy.ts';
import { createPostLoginEvent } from './post-login-event.ts';
import { createRefreshTokenFacts } from './refresh-token-facts.ts';
import { keepRefreshTokenFamily } from './refresh-token-family.ts';
import { revoke } from './revoke.ts';
import { runTrigger } from './run-trigger.ts';
import { saveMetadata } from './save-metadata.ts';
import { changeStoredSession, findStoredSession } from './stored-session.ts';
import { toTokenEffects } from './token-effects.ts';
import {
  reportUnserved,
  servedAtRefresh,
  type UnservedWish,
  unservedEffect,
  unservedSuspension,
} from './unserved.ts';

/** What a refresh is about; complete once oidc-provider has checked the token. */
interface Refresh {
  readonly user: User;
  readonly client: Client;
  readonly token: RefreshToken;
  readonly grantId: string;
  readonly extension: GrantExtension;
}

/**
 * oidc-provider's `rotateRefreshToken`: the last callback before a refresh token is used. Runs
 * post-login; a rejection refuses the refresh and leaves the token as it was. Says whether to rotate.
 */
export async function checkRefresh(ctx: KoaContextWithOIDC, scope: IssuerScope): Promise<boolean> {
  const refresh = readRefresh(ctx);
  const { user, client, extension } = refresh;
  if (user.blocked) throw new DialectError(403, 'unauthorized', 'user is blocked');
  if (isOver(extension.refreshToken?.asked, scope.clock.now())) {
    throw new errors.InvalidGrant('refresh token is expired');
  }
  const hasActions = await scope.pipeline.hasActions(scope.store, 'post-login');
  const effects = hasActions ? await runPostLogin(ctx, scope, refresh) : undefined;
  await keepRefreshTokenFamily(ctx, scope, { ...refresh, effects, isNoted: hasActions });
  await prolong(ctx, scope, refresh);
  return policyOf(client).refreshToken.rotationType === 'rotating';
}

function readRefresh(ctx: KoaContextWithOIDC): Refresh {
  const { account, client, entities } = ctx.oidc;
  const { RefreshToken: token, Grant: grant } = entities;
  const extension = extensionOf(grant);
  if (account === undefined || client === undefined || token?.grantId === undefined) {
    throw new errors.InvalidGrant('the grant of this refresh token is incomplete');
  }
  if (extension === undefined) {
    throw new errors.InvalidGrant('the grant of this refresh token is incomplete');
  }
  return { user: userOf(account), client, token, grantId: token.grantId, extension };
}

async function runPostLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  refresh: Refresh,
): Promise<TriggerEffects> {
  const { user, token, extension } = refresh;
  const { context } = scope.requests.of(ctx);
  const body = publicMembers(ctx.oidc.body ?? {});
  const request = createRequestFacts(ctx, context, { body });
  const session = await findSessionFacts(scope, refresh, context.tenant.settings);
  const api = await findApiOf(scope, token);
  const event = await createPostLoginEvent(ctx, scope, {
    user,
    authentication: extension.authentication,
    ...(session === undefined ? {} : { session }),
    refreshToken: createRefreshTokenFacts(refresh, request, scope.clock.now()),
    request,
    ...(api === undefined ? {} : { api }),
    transaction: {
      id: extension.transactionId,
      protocol: 'oauth2-refresh-token',
      requestedScopes: body.scope?.split(' ') ?? [...token.scopes],
      acrValues: [],
      uiLocales: [],
      ...(body.correlation_id === undefined ? {} : { correlationId: body.correlation_id }),
    },
  });
  const effects = await applyPostLogin(ctx, scope, { refresh, event });
  scope.requests.of(ctx).effects = toTokenEffects(effects);
  if (extension.sid !== undefined) {
    await changeStoredSession(scope, { uid: extension.sid, userId: user.userId }, effects);
  }
  return effects;
}

/** The API of the tokens to be: oidc-provider looks it up after this callback. */
async function findApiOf({ store }: IssuerScope, token: RefreshToken) {
  const [indicator] = token.resourceIndicators;
  if (indicator === undefined) return undefined;
  return await store.resourceServers.findByIdentifier(toAudience(indicator));
}

/** Of a session that is gone, what the grant remembers. A login without a browser has none. */
async function findSessionFacts(
  scope: IssuerScope,
  { user, extension }: Refresh,
  settings: Parameters<typeof findStoredSession>[2],
) {
  const { sid, authentication, authenticatedAt } = extension;
  if (sid === undefined) return undefined;
  const living = await findStoredSession(scope, { uid: sid, userId: user.userId }, settings);
  return (
    living ?? {
      id: sid,
      createdAt: new Date(authentication.createdAt),
      authenticatedAt: new Date(authenticatedAt * 1000),
    }
  );
}

async function applyPostLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: {
    readonly refresh: Refresh;
    readonly event: Parameters<typeof runTrigger>[2]['event'];
  },
): Promise<TriggerEffects> {
  const { user, extension, grantId } = login.refresh;
  const outcome = await runTrigger(ctx, scope, { triggerId: 'post-login', event: login.event });
  await saveMetadata(scope.store, user.userId, outcome);
  const { end, effects, executionId } = outcome;
  const refuse = async (wish: UnservedWish) =>
    interactionRequired(await reportUnserved(scope.store, executionId, wish));
  switch (end.kind) {
    case 'denied': {
      const { sid: sessionUid } = extension;
      const revocable = {
        userId: user.userId,
        grantId,
        ...(sessionUid === undefined ? {} : { sessionUid }),
      };
      if (end.revoke !== undefined) await revoke(scope, revocable, end.revoke);
      throw accessDenied(end.reason);
    }
    case 'failed':
    case 'invalid':
      throw accessDenied(end.message);
    case 'dropped':
    case 'retry':
      throw new Error(`post-login cannot end as ${end.kind}`);
    case 'suspended': {
      throw await refuse(unservedSuspension(end.suspension));
    }
    case 'completed': {
      const hadMultifactor = hasMultifactor(extension.authentication.authenticationMethods);
      const unserved = unservedEffect(effects, servedAtRefresh(hadMultifactor));
      if (unserved !== undefined) throw await refuse(unserved);
      if ((effects.primaryUserId ?? user.userId) !== user.userId) throw cannotSwitchUser();
      return effects;
    }
  }
}

function interactionRequired(description: string): DialectError {
  return new DialectError(403, 'interaction_required', description);
}

function cannotSwitchUser(): DialectError {
  return accessDenied(
    "An action named another primary user (api.authentication.setPrimaryUser), but a refresh token stays the user's whose login it is of.",
  );
}

/** Moving the end by less is not worth a write, s. */
const PROLONG_STEP_SECONDS = 60;

/** A token that stays the same is used, so its idle lifetime begins anew; rotation makes a new one anyway. */
async function prolong(
  ctx: KoaContextWithOIDC,
  { clock }: IssuerScope,
  { client, token }: Refresh,
): Promise<void> {
  const policy = policyOf(client).refreshToken;
  if (policy.rotationType === 'rotating') return;
  const now = clock.now();
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const asked = extensionOf(ctx.oidc.entities.Grant)?.refreshToken?.asked;
  const seconds = refreshTokenSeconds(policy, nowSeconds - (token.iiat ?? token.iat));
  const exp = nowSeconds + Math.max(1, Math.floor(shorten(seconds, asked, now)));
  const moved = exp - (token.exp ?? 0);
  // An earlier end always counts: an Action asked for it.
  if (moved >= 0 && moved < PROLONG_STEP_SECONDS) return;
  token.exp = exp;
  await token.save();
}
