import type { TriggerEffects } from '@tessera/engine';
import { createAlphanumericId } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { policyOf } from '../adapter/client-policy.ts';
import { createRequestFacts } from '../http/request-facts.ts';
import { findConsent } from '../login/consent-memory.ts';
import { afterUse } from '../post-login/asked-lifetime.ts';
import { withRecorded } from '../post-login/authentication.ts';
import { authenticationClaims } from '../post-login/multifactor-policy.ts';
import { findPrimaryUser } from '../post-login/primary-user.ts';
import { usedBy } from '../post-login/session-facts.ts';
import { toTokenEffects } from '../post-login/token-effects.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { actFor } from './act-for.ts';
import type { ContinuedLogin } from './continued-login.ts';
import { authenticationOf, type DirectLogin } from './direct-login.ts';
import { grantErrors } from './grant-errors.ts';
import { issueTokens, type TokenAnswer } from './issue-tokens.ts';
import { assessDirectLogin, noteDirectLogin } from './login-risk.ts';
import { type RequestedAccess, resolveAccess } from './requested-api.ts';
import { askForFactor, type FactorRequired } from './require-factor.ts';
import { runPostLogin } from './run-post-login.ts';

/**
 * Takes a login at the token endpoint from the authenticated person to the tokens: API and scopes,
 * consent, post-login, second factor, primary user. Answers with what the program gets; rejects with an
 * error in the dialect.
 */
export async function completeLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  request: { readonly login: DirectLogin; readonly continued?: ContinuedLogin },
): Promise<TokenAnswer | FactorRequired> {
  const { login, continued } = request;
  if (login.user.blocked) throw grantErrors.blocked();
  await actFor(ctx, scope, login.user);
  const access = await resolveAccess(ctx, scope, login);
  await requireConsent(ctx, scope, access);
  const state = scope.requests.of(ctx);
  state.executions.push(...(continued?.executions ?? []));
  const transactionId =
    continued?.transactionId ?? createAlphanumericId(scope.randomBytes, TRANSACTION_ID_LENGTH);
  const risk = continued ? continued.risk : await assessDirectLogin(ctx, scope, login.user);
  const judged = { login, transactionId, ...(risk === undefined ? {} : { risk }) };
  const isRunOver = continued !== undefined && continued.suspension === undefined;
  const outcome = isRunOver
    ? { kind: 'completed' as const, effects: continued.effects }
    : await runPostLogin(ctx, scope, {
        ...judged,
        ...(continued?.suspension === undefined ? {} : { resume: continued.suspension }),
      });
  const factor = await askForFactor(ctx, scope, { ...judged, outcome });
  if (factor !== undefined) return factor;
  return await issue(ctx, scope, { login, access, transactionId, effects: outcome.effects });
}

/** Letters and digits of `event.transaction.id`. */
const TRANSACTION_ID_LENGTH = 24;

/** A program cannot ask the person; what they granted on a page before counts. */
async function requireConsent(
  { oidc }: KoaContextWithOIDC,
  { store }: IssuerScope,
  { api, scopes }: RequestedAccess,
): Promise<void> {
  const { client, account } = oidc;
  if (client === undefined || account === undefined) throw new Error('a login of nobody');
  if (policyOf(client).isFirstParty) return;
  const consent = await findConsent(store, {
    userId: account.accountId,
    clientId: client.clientId,
  });
  const granted = new Set([
    ...consent.openid,
    ...(api === undefined ? [] : (consent.apis[api.indicator] ?? [])),
  ]);
  const isOffered = (name: string): boolean =>
    oidc.requestParamOIDCScopes.has(name) || api?.resourceServer.scopes.has(name) === true;
  if (scopes.some((name) => isOffered(name) && !granted.has(name))) {
    throw grantErrors.consentRequired();
  }
}

async function issue(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  accepted: {
    readonly login: DirectLogin;
    readonly access: RequestedAccess;
    readonly transactionId: string;
    readonly effects: TriggerEffects | undefined;
  },
): Promise<TokenAnswer> {
  const { login, transactionId, effects } = accepted;
  const now = scope.clock.now();
  await noteDirectLogin(ctx, scope, login.user);
  const authentication = authenticationOf(login, now);
  let { access } = accepted;
  if (effects?.primaryUserId !== undefined && effects.primaryUserId !== login.user.userId) {
    const user = await findPrimaryUser(scope, effects.primaryUserId, authentication);
    if (user.blocked) throw grantErrors.blocked();
    await actFor(ctx, scope, user);
    // Permissions and consent are a person's own.
    access = await resolveAccess(ctx, scope, login);
    await requireConsent(ctx, scope, access);
  }
  const methods = withRecorded(login.methods, effects?.recordedMethods);
  const { connectionId, connectionName, createdAt } = authentication;
  const request = createRequestFacts(ctx, scope.requests.of(ctx).context, {});
  const asked = afterUse(undefined, effects?.refreshToken);
  return await issueTokens(ctx, scope, {
    gty: login.gty,
    access,
    authentication: authenticationClaims(login.methods),
    extension: {
      ...(effects === undefined ? {} : { effects: toTokenEffects(effects) }),
      transactionId,
      authentication: { connectionId, connectionName, createdAt, authenticationMethods: methods },
      authenticatedAt: Math.floor(now.getTime() / 1000),
      ...(login.actor === undefined ? {} : { actor: login.actor }),
      refreshToken: {
        device: usedBy(undefined, request),
        ...(asked === undefined ? {} : { asked }),
      },
    },
  });
}
