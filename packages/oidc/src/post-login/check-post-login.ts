import type { TriggerEffects, TriggerOutcome } from '@tessera/engine';
import { AppError, type User } from '@tessera/model';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { logLogin } from '../logs/login-log.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { acceptLogin } from './accept-login.ts';
import { findDueFactor } from './due-factor.ts';
import { assessLogin } from './known-browser.ts';
import { findPendingLogin, type PendingLogin } from './pending-login.ts';
import { findPrimaryUser } from './primary-user.ts';
import { refuse, refuseUnserved } from './refuse-login.ts';
import { revokeInBrowser } from './revoke.ts';
import { runPostLogin } from './run-post-login.ts';
import { saveMetadata } from './save-metadata.ts';
import { isSessionStored } from './stored-session.ts';
import { suspendLogin, waitFor } from './suspend-login.ts';
import { SERVED_AFTER_LOGIN, unservedEffect } from './unserved.ts';

/**
 * Runs post-login where the authorization has got a person: after a login, with an earlier session,
 * and silently. Then comes the second factor that is due. True when the browser must do something first.
 *
 * Everything that can go wrong ends as an error that the application is told of, never as a page.
 */
export async function checkPostLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
): Promise<boolean> {
  const login = findPendingLogin(ctx, scope);
  if (login === undefined) return false;
  try {
    return await decide(ctx, scope, login);
  } catch (error) {
    if (error instanceof errors.OIDCProviderError) throw error;
    scope.logger.error({ err: error, tenantId: scope.tenantId }, 'post-login could not be run');
    scope.requests.of(ctx).isLoginRefused = true;
    throw toLoginError(error);
  }
}

/** An error that the application is told of by redirect, instead of a page that ends in front of the person. */
function toLoginError(cause: unknown): errors.OIDCProviderError {
  return cause instanceof AppError
    ? new errors.CustomOIDCProviderError('temporarily_unavailable', cause.message, { cause })
    : new errors.CustomOIDCProviderError('server_error', 'The login could not be completed.', {
        cause,
      });
}

async function decide(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  found: PendingLogin,
): Promise<boolean> {
  const state = scope.requests.of(ctx);
  const { suspended, answer } = found;
  if (found.user.blocked) return await refuse(ctx, scope, blockedError());
  if (isPasswordChanged(found)) {
    const error = new errors.LoginRequired('The password was changed meanwhile.');
    return await refuse(ctx, scope, error);
  }
  state.executions.push(...(suspended?.executions ?? []));
  if (suspended !== undefined && answer === undefined) {
    // Someone went around the answer: the login stays where it is.
    state.suspension = suspended;
    return true;
  }
  if (answer?.kind === 'failed') {
    const { error, errorDescription } = answer;
    await cancelRun(scope, suspended);
    return await refuse(ctx, scope, new errors.CustomOIDCProviderError(error, errorDescription));
  }
  if (suspended !== undefined && suspended.suspension === undefined) {
    return await complete(ctx, scope, { login: found, effects: suspended.effects });
  }
  const login = await withRisk(ctx, scope, found);
  const outcome = await runPostLogin(ctx, scope, login);
  if (outcome === undefined) return await complete(ctx, scope, { login, effects: undefined });
  await saveMetadata(scope.store, login.user.userId, outcome);
  return await follow(ctx, scope, { login, outcome });
}

/** Clocks of replicas may differ by this much. */
const CLOCK_TOLERANCE_MS = 5_000;

/** A login with a former password that was kept back until now: a new one ends what the old one began. */
function isPasswordChanged({ isFresh, session, authentication, user }: PendingLogin): boolean {
  const { lastPasswordReset } = user;
  const { loginTs } = session;
  if (!isFresh || loginTs === undefined || lastPasswordReset === undefined) return false;
  const isByPassword = authentication.authenticationMethods.some(({ name }) => name === 'pwd');
  return isByPassword && loginTs * 1000 + CLOCK_TOLERANCE_MS < lastPasswordReset.getTime();
}

/** Nobody goes on with a run whose step was given up; its record says so. */
async function cancelRun(
  { store }: IssuerScope,
  suspended: PendingLogin['suspended'],
): Promise<void> {
  const id = suspended?.suspension?.executionId;
  const execution = id === undefined ? undefined : await store.executions.find(id);
  if (execution !== undefined) await store.executions.save({ ...execution, status: 'canceled' });
}

/** Judges a login that begins, for those who ask: Actions, and the policy. */
async function withRisk(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: PendingLogin,
): Promise<PendingLogin> {
  if (!login.isFresh || login.suspended !== undefined) return login;
  const { mfa } = scope.requests.of(ctx).context.tenant.settings;
  const isAskedFor =
    mfa?.policy === 'adaptive' || (await scope.pipeline.hasActions(scope.store, 'post-login'));
  const risk = isAskedFor
    ? await assessLogin(ctx, scope, { user: login.user, sender: 'browser' })
    : undefined;
  return risk === undefined ? login : { ...login, progress: { ...login.progress, risk } };
}

async function follow(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  run: { readonly login: PendingLogin; readonly outcome: TriggerOutcome },
): Promise<boolean> {
  const { login, outcome } = run;
  const { end, effects } = outcome;
  switch (end.kind) {
    case 'denied': {
      const { reason, revoke } = end;
      if (revoke !== undefined) await revokeInBrowser(ctx, scope, revoke);
      return await refuse(ctx, scope, new errors.AccessDenied(reason));
    }
    case 'failed':
    case 'invalid':
      return await refuse(ctx, scope, new errors.AccessDenied(end.message));
    case 'dropped':
    case 'retry':
      throw new Error(`post-login cannot end as ${end.kind}`);
    case 'suspended':
      return await suspendLogin(ctx, scope, { login, suspension: end.suspension });
    case 'completed': {
      const unserved = unservedEffect(effects, SERVED_AFTER_LOGIN);
      if (unserved !== undefined) return await refuseUnserved(ctx, scope, { outcome, unserved });
      return await complete(ctx, scope, { login, effects });
    }
  }
}

/** Nothing stands against the login any more but a second factor that is due. */
async function complete(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  completed: { readonly login: PendingLogin; readonly effects: TriggerEffects | undefined },
): Promise<boolean> {
  const { login, effects } = completed;
  if (!(await isSessionAlive(scope, completed))) {
    return await refuse(ctx, scope, new errors.LoginRequired('The session has ended meanwhile.'));
  }
  try {
    const user = await findFinalUser(scope, completed);
    const due = await findDueFactor(ctx, scope, { login, user, effects });
    if (due.kind === 'impossible') throw new errors.AccessDenied(due.description);
    if (due.kind === 'step') {
      const { userId } = user;
      const wait = { step: due.step, userId, ...(effects === undefined ? {} : { effects }) };
      return waitFor(ctx, scope, { login, wait });
    }
    await acceptLogin(ctx, scope, { ...login, user, effects });
  } catch (error) {
    if (error instanceof errors.OIDCProviderError) return await refuse(ctx, scope, error);
    throw error;
  }
  logLogin(ctx, scope);
  return false;
}

/** Whose the tokens are: an Action may name another user as the primary one. */
async function findFinalUser(
  scope: IssuerScope,
  { login, effects }: Parameters<typeof complete>[2],
): Promise<User> {
  const { primaryUserId } = effects ?? {};
  if (primaryUserId === undefined || primaryUserId === login.user.userId) return login.user;
  const user = await findPrimaryUser(scope, primaryUserId, login.authentication);
  if (user.blocked) throw blockedError();
  return user;
}

/**
 * Actions take their time. A session that was ended while they ran must not be stored again at the end of
 * the request; one that this login begins is stored for the first time.
 */
async function isSessionAlive(
  scope: IssuerScope,
  { login, effects }: Parameters<typeof complete>[2],
): Promise<boolean> {
  const { session, user, isFresh, suspended } = login;
  const hasWaited = effects !== undefined || suspended !== undefined;
  if (isFresh || !hasWaited) return true;
  const isAlive = await isSessionStored(scope, { uid: session.uid, userId: user.userId });
  if (!isAlive) await session.destroy();
  return isAlive;
}

function blockedError(): errors.OIDCProviderError {
  return new errors.CustomOIDCProviderError('unauthorized', 'user is blocked');
}
