import type { TriggerOutcome } from '@tessera/engine';
import { AppError, createAlphanumericId, type User } from '@tessera/model';
import { errors, type Grant, type KoaContextWithOIDC, type Session } from 'oidc-provider';
import { createRequestFacts } from '../http/request-facts.ts';
import { logLogin } from '../logs/login-log.ts';
import { userOf } from '../provider/accounts.ts';
import { originalQuery } from '../provider/extra-params.ts';
import { extensionOf } from '../provider/grant-extension.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { type SessionExtension, sessionExtensionOf } from '../provider/session-extension.ts';
import { acceptLogin } from './accept-login.ts';
import { freshLogin, rememberAuthentication } from './authentication.ts';
import { createPostLoginEvent } from './post-login-event.ts';
import { refuse, refuseUnserved } from './refuse-login.ts';
import { revokeInBrowser } from './revoke.ts';
import { runTrigger } from './run-trigger.ts';
import { saveMetadata, withoutMetadata } from './save-metadata.ts';
import { createSessionFacts, usedBy } from './session-facts.ts';
import { isSessionStored } from './stored-session.ts';
import {
  type ContinueAnswer,
  type SuspendedLogin,
  suspendedLoginOf,
  takeAnswer,
} from './suspended-login.ts';
import { createTransactionFacts } from './transaction-facts.ts';
import { SERVED_AFTER_LOGIN, unservedEffect, unservedSuspension } from './unserved.ts';

/** An authorization whose person is known and whose post-login has not run to its end. */
interface PendingLogin {
  readonly session: Session;
  readonly grant: Grant;
  readonly user: User;
  readonly authentication: SessionExtension;
  readonly transactionId: string;
  readonly suspended?: SuspendedLogin;
  readonly answer?: ContinueAnswer;
}

/**
 * Runs post-login where the authorization has got a person: after a login, with an earlier session,
 * and silently. True when the browser must do something first.
 *
 * Everything that can go wrong ends as an error that the application is told of, never as a page.
 */
export async function checkPostLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
): Promise<boolean> {
  const login = pendingLogin(ctx, scope);
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

function pendingLogin(ctx: KoaContextWithOIDC, scope: IssuerScope): PendingLogin | undefined {
  const { session, grant, account, entities } = ctx.oidc;
  if (session?.accountId === undefined || grant === undefined || account === undefined) return;
  if (extensionOf(grant) !== undefined) return;
  rememberAuthentication(ctx, scope.clock.now());
  const authentication = sessionExtensionOf(session);
  if (authentication === undefined) return;
  const suspended = suspendedLoginOf(entities.Interaction);
  const answer = takeAnswer(ctx);
  return {
    session,
    grant,
    user: userOf(account),
    authentication,
    transactionId:
      suspended?.transactionId ??
      entities.Interaction?.cid ??
      createAlphanumericId(scope.randomBytes, 24),
    ...(suspended === undefined ? {} : { suspended }),
    ...(answer === undefined ? {} : { answer }),
  };
}

async function decide(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: PendingLogin,
): Promise<boolean> {
  const state = scope.requests.of(ctx);
  const { suspended, user } = login;
  if (user.blocked) return await refuse(ctx, scope, blockedError());
  state.executions.push(...(suspended?.executions ?? []));
  if (suspended !== undefined && login.answer === undefined) {
    // Someone went around the answer: the login stays where it is.
    state.suspension = suspended;
    return true;
  }
  const outcome = await run(ctx, scope, login);
  if (outcome !== undefined) await saveMetadata(scope.store, user.userId, outcome);
  switch (outcome?.end.kind) {
    case 'denied': {
      const { reason, revoke } = outcome.end;
      if (revoke !== undefined) await revokeInBrowser(ctx, scope, revoke);
      return await refuse(ctx, scope, new errors.AccessDenied(reason));
    }
    case 'failed':
    case 'invalid':
      return await refuse(ctx, scope, new errors.AccessDenied(outcome.end.message));
    case 'dropped':
    case 'retry':
      throw new Error(`post-login cannot end as ${outcome.end.kind}`);
    case 'suspended': {
      const { suspension } = outcome.end;
      const unserved = unservedSuspension(suspension);
      if (unserved !== undefined) return await refuseUnserved(ctx, scope, { outcome, unserved });
      if (suspension.kind !== 'redirect' || !isWebUrl(suspension.url)) {
        return await refuse(ctx, scope, notAWebPage());
      }
      state.suspension = {
        suspension: { ...suspension, effects: withoutMetadata(suspension.effects) },
        transactionId: login.transactionId,
        executions: [...state.executions],
      };
      return true;
    }
    case 'completed':
    case undefined:
      return await complete(ctx, scope, { login, outcome });
  }
}

async function complete(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  completed: { readonly login: PendingLogin; readonly outcome: TriggerOutcome | undefined },
): Promise<false> {
  const { login, outcome } = completed;
  const unserved = outcome && unservedEffect(outcome.effects, SERVED_AFTER_LOGIN);
  if (unserved !== undefined) return await refuseUnserved(ctx, scope, { outcome, unserved });
  if (outcome !== undefined && !(await isSessionAlive(ctx, scope, login))) {
    return await refuse(ctx, scope, new errors.LoginRequired('The session has ended meanwhile.'));
  }
  try {
    await acceptLogin(ctx, scope, { ...login, effects: outcome?.effects });
  } catch (error) {
    if (error instanceof errors.OIDCProviderError) return await refuse(ctx, scope, error);
    throw error;
  }
  logLogin(ctx, scope);
  return false;
}

/**
 * Actions take their time. A session that was ended while they ran must not be stored again at the end of
 * the request; one that this login begins is stored for the first time.
 */
async function isSessionAlive(
  { oidc }: KoaContextWithOIDC,
  scope: IssuerScope,
  { session, user }: PendingLogin,
): Promise<boolean> {
  if (freshLogin(oidc.result) !== undefined) return true;
  const isAlive = await isSessionStored(scope, { uid: session.uid, userId: user.userId });
  if (!isAlive) await session.destroy();
  return isAlive;
}

/** Undefined when no Action is bound: then nothing is looked up and nothing runs. */
async function run(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: PendingLogin,
): Promise<TriggerOutcome | undefined> {
  const { suspended, answer, session, authentication } = login;
  const hasActions =
    suspended !== undefined || (await scope.pipeline.hasActions(scope.store, 'post-login'));
  if (!hasActions) return undefined;
  const { context } = scope.requests.of(ctx);
  const query = answer?.query ?? originalQuery(ctx.oidc.params ?? {});
  const request = createRequestFacts(ctx, context, { query, ...pick(answer) });
  const extension = { ...authentication, device: usedBy(authentication.device, request) };
  const { uid, loginTs, transient, authorizations } = session;
  const event = await createPostLoginEvent(ctx, scope, {
    user: login.user,
    authentication,
    session: createSessionFacts(
      { uid, loginTs, transient, authorizations, extension },
      context.tenant.settings,
      scope.clock.now(),
    ),
    request,
    transaction: createTransactionFacts(ctx, login.transactionId),
  });
  return await runTrigger(ctx, scope, {
    triggerId: 'post-login',
    event,
    canRedirect: !ctx.oidc.prompts.has('none'),
    ...(suspended === undefined ? {} : { resume: suspended.suspension }),
  });
}

function pick(answer: ContinueAnswer | undefined) {
  return answer === undefined ? {} : { method: answer.method, body: answer.body };
}

function blockedError(): errors.OIDCProviderError {
  return new errors.CustomOIDCProviderError('unauthorized', 'user is blocked');
}

/** Browsers are sent to web pages only: other schemes run script or start programs. */
function isWebUrl(url: string): boolean {
  const protocol = URL.parse(url)?.protocol;
  return protocol === 'https:' || protocol === 'http:';
}

function notAWebPage(): errors.OIDCProviderError {
  return new errors.AccessDenied('An action redirects to an address that is no web page.');
}
