import type { TriggerOutcome } from '@tessera/engine';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { createRequestFacts } from '../http/request-facts.ts';
import { originalQuery } from '../provider/extra-params.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { withRecorded } from './authentication.ts';
import type { PendingLogin } from './pending-login.ts';
import { createPostLoginEvent } from './post-login-event.ts';
import { runTrigger } from './run-trigger.ts';
import { createSessionFacts, usedBy } from './session-facts.ts';
import type { SuspensionAnswer } from './suspended-login.ts';
import { createTransactionFacts } from './transaction-facts.ts';

/**
 * Runs the bound Actions, or goes on with a run that was suspended. Undefined when no Action is bound:
 * then nothing is looked up and nothing runs.
 */
export async function runPostLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: PendingLogin,
): Promise<TriggerOutcome | undefined> {
  const { suspended, answer, session, progress } = login;
  const suspension = suspended?.suspension;
  const hasActions =
    suspension !== undefined || (await scope.pipeline.hasActions(scope.store, 'post-login'));
  if (!hasActions) return undefined;
  const { context } = scope.requests.of(ctx);
  const request = createRequestFacts(ctx, context, requestOf(ctx, answer));
  const authentication = {
    ...login.authentication,
    authenticationMethods: withRecorded(
      login.authentication.authenticationMethods,
      progress.passed,
    ),
  };
  const extension = { ...authentication, device: usedBy(authentication.device, request) };
  const { uid, loginTs, transient, authorizations } = session;
  const event = await createPostLoginEvent(ctx, scope, {
    user: login.user,
    authentication,
    ...(progress.prompt === undefined ? {} : { prompt: progress.prompt }),
    ...(progress.risk === undefined ? {} : { riskAssessment: progress.risk }),
    session: createSessionFacts(
      { uid, loginTs, transient, authorizations, extension },
      context.tenant.settings,
      scope.clock.now(),
    ),
    request,
    transaction: createTransactionFacts(ctx, context.tenant, login.transactionId),
  });
  return await runTrigger(ctx, scope, {
    triggerId: 'post-login',
    event,
    canRedirect: !ctx.oidc.prompts.has('none'),
    ...(suspension === undefined ? {} : { resume: suspension }),
  });
}

/** What the run is told of its request: the one to `/continue`, else that of the authorization. */
function requestOf(ctx: KoaContextWithOIDC, answer: SuspensionAnswer | undefined) {
  if (answer?.kind !== 'continue') return { query: originalQuery(ctx.oidc.params ?? {}) };
  const { query, method, body } = answer;
  return { query, method, body };
}
