import type { RiskAssessment, Suspension, TriggerEffects, TriggerOutcome } from '@tessera/engine';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { accessDenied } from '../dialect/dialect-error.ts';
import { publicMembers } from '../http/public-members.ts';
import { createRequestFacts } from '../http/request-facts.ts';
import { createPostLoginEvent } from '../post-login/post-login-event.ts';
import { runTrigger } from '../post-login/run-trigger.ts';
import { saveMetadata, withoutMetadata } from '../post-login/save-metadata.ts';
import {
  reportUnserved,
  SERVED_AFTER_LOGIN,
  type UnservedWish,
  unservedEffect,
  unservedSuspension,
} from '../post-login/unserved.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { authenticationOf, type DirectLogin } from './direct-login.ts';
import { grantErrors } from './grant-errors.ts';

/** How post-login ended for a program's login; every other end is an error. */
export type PostLoginEnd =
  /** `effects` are absent when no Action ran. */
  | { readonly kind: 'completed'; readonly effects: TriggerEffects | undefined }
  /** An Action waits for a second factor. */
  | { readonly kind: 'waiting'; readonly suspension: Suspension; readonly effects: TriggerEffects };

/**
 * Runs post-login at the token endpoint. There is no browser: redirects and forms end in
 * `interaction_required`; a challenge is what `mfa_required` is for.
 */
export async function runPostLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  run: {
    readonly login: DirectLogin;
    readonly transactionId: string;
    readonly risk?: RiskAssessment;
    readonly resume?: Suspension;
  },
): Promise<PostLoginEnd> {
  const { login, transactionId, risk, resume } = run;
  const hasActions =
    resume !== undefined || (await scope.pipeline.hasActions(scope.store, 'post-login'));
  if (!hasActions) return { kind: 'completed', effects: undefined };
  const { context } = scope.requests.of(ctx);
  const body = publicMembers(ctx.oidc.body ?? {});
  const event = await createPostLoginEvent(ctx, scope, {
    user: login.user,
    authentication: authenticationOf(login, scope.clock.now()),
    request: createRequestFacts(ctx, context, { body }),
    ...(risk === undefined ? {} : { riskAssessment: risk }),
    transaction: {
      id: transactionId,
      protocol: login.protocol,
      requestedScopes: [...ctx.oidc.requestParamScopes],
      acrValues: [],
      uiLocales: [],
      ...(body.correlation_id === undefined ? {} : { correlationId: body.correlation_id }),
      ...login.exchangedTypes,
      ...(login.actor === undefined ? {} : { actor: login.actor }),
    },
  });
  const outcome = await runTrigger(ctx, scope, {
    triggerId: 'post-login',
    event,
    ...(resume === undefined ? {} : { resume }),
  });
  await saveMetadata(scope.store, login.user.userId, outcome);
  return await judge(scope, outcome);
}

async function judge(scope: IssuerScope, outcome: TriggerOutcome): Promise<PostLoginEnd> {
  const { end, effects, executionId } = outcome;
  const refuse = async (wish: UnservedWish) =>
    grantErrors.interactionRequired(await reportUnserved(scope.store, executionId, wish));
  switch (end.kind) {
    case 'denied':
      // A revocation only refuses: there is neither a session nor a refresh token yet.
      throw accessDenied(end.reason);
    case 'failed':
    case 'invalid':
      throw accessDenied(end.message);
    case 'dropped':
    case 'retry':
      throw new Error(`post-login cannot end as ${end.kind}`);
    case 'suspended': {
      const { suspension } = end;
      if (suspension.kind === 'challenge' || suspension.kind === 'enrollment') {
        return { kind: 'waiting', suspension: withSavedMetadata(suspension), effects };
      }
      const unserved = unservedSuspension(suspension);
      if (unserved !== undefined) throw await refuse(unserved);
      throw grantErrors.interactionRequired('The login needs a step in the browser.');
    }
    case 'completed': {
      const unserved = unservedEffect(effects, [...SERVED_AFTER_LOGIN, 'multifactor']);
      if (unserved !== undefined) throw await refuse(unserved);
      return { kind: 'completed', effects };
    }
  }
}

function withSavedMetadata(suspension: Suspension): Suspension {
  return { ...suspension, effects: withoutMetadata(suspension.effects) };
}
