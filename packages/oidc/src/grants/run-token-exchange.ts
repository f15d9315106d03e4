import {
  buildCustomTokenExchangeEvent,
  type TokenExchangeSubject,
  type TriggerEnd,
  type TriggerOutcome,
} from '@tessera/engine';
import type { JsonObject, TokenExchangeProfile } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { accessDenied, DialectError } from '../dialect/dialect-error.ts';
import { publicMembers } from '../http/public-members.ts';
import { createRequestFacts } from '../http/request-facts.ts';
import { runTrigger } from '../post-login/run-trigger.ts';
import { reportUnserved, unservedEffect } from '../post-login/unserved.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { requestedAudience, userinfoAudience } from '../provider/requested-audience.ts';
import type { ExchangeAttempt } from './exchange-limits.ts';
import { getApplication } from './login-connection.ts';

/** What a program wants to exchange. */
export interface ExchangeRequest {
  readonly subjectToken: string;
  readonly subjectTokenType: string;
  readonly actorToken?: string;
  readonly actorTokenType?: string;
  readonly requestedTokenType?: string;
}

/** What the Action made of it. */
export interface ExchangedSubject {
  readonly subject: TokenExchangeSubject;
  readonly actor?: JsonObject;
  /** Its metadata is to be written to the user's profile. */
  readonly outcome: TriggerOutcome;
}

/** Statuses of the codes that an Action may refuse with; any other code is a plain refusal. */
const DENIAL_STATUS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    invalid_request: 400,
    invalid_scope: 400,
    invalid_target: 400,
    server_error: 500,
  }),
);

/** Runs the Action of the profile. Rejects when it refuses, breaks, or names nobody. */
export async function runTokenExchange(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  exchange: {
    readonly profile: TokenExchangeProfile;
    readonly request: ExchangeRequest;
    readonly attempt: ExchangeAttempt;
  },
): Promise<ExchangedSubject> {
  const { context } = scope.requests.of(ctx);
  const outcome = await runTrigger(ctx, scope, {
    triggerId: 'custom-token-exchange',
    actionId: exchange.profile.actionId,
    event: buildCustomTokenExchangeEvent({
      tenant: context.tenant,
      client: await getApplication(scope, ctx),
      resourceServer: { identifier: await getAudience(ctx, scope) },
      request: createRequestFacts(ctx, context, { body: publicMembers(ctx.oidc.body ?? {}) }),
      requestedScopes: [...ctx.oidc.requestParamScopes],
      ...exchange.request,
    }),
  });
  const { end, effects, executionId } = outcome;
  if (!(end.kind === 'denied' && end.isInvalidSubjectToken)) await exchange.attempt.forgive();
  refuseUnlessCompleted(end);
  const unserved = unservedEffect(effects, ['subject', 'actor']);
  if (unserved !== undefined) {
    throw accessDenied(await reportUnserved(scope.store, executionId, unserved));
  }
  const { subject, actor } = effects;
  if (subject === undefined) {
    throw accessDenied('The action of this token exchange said for no user whom the token is for.');
  }
  return { subject, outcome, ...(actor === undefined ? {} : { actor }) };
}

/** An unknown API is refused before the Action runs for nothing. */
async function getAudience(ctx: KoaContextWithOIDC, scope: IssuerScope): Promise<string> {
  const audience = requestedAudience(ctx, scope);
  if (audience === undefined) return userinfoAudience(scope.issuer);
  const api = await scope.store.resourceServers.findByIdentifier(audience);
  if (api === undefined) throw accessDenied(`Service not found: ${audience}`);
  return api.identifier;
}

function refuseUnlessCompleted(end: TriggerEnd): void {
  switch (end.kind) {
    case 'completed':
      return;
    case 'denied': {
      const status = DENIAL_STATUS.get(end.code ?? '') ?? 403;
      throw new DialectError(status, end.code ?? 'access_denied', end.reason);
    }
    case 'failed':
    case 'invalid':
      throw accessDenied(end.message);
    case 'suspended':
      throw accessDenied('A token exchange cannot be sent to another page.');
    case 'dropped':
    case 'retry':
      throw new Error(`custom-token-exchange cannot end as ${end.kind}`);
  }
}
