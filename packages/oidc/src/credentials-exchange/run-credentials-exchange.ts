import { buildCredentialsExchangeEvent, type TriggerEnd } from '@tessera/engine';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { accessDenied, DialectError } from '../dialect/dialect-error.ts';
import { publicMembers } from '../http/public-members.ts';
import { createRequestFacts } from '../http/request-facts.ts';
import { runTrigger } from '../post-login/run-trigger.ts';
import { toTokenEffects } from '../post-login/token-effects.ts';
import { reportUnserved, unservedEffect } from '../post-login/unserved.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';

/** Statuses of the codes that an Action may refuse with; any other code is a plain refusal. */
const DENIAL_STATUS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    invalid_request: 400,
    invalid_scope: 400,
    server_error: 500,
  }),
);

/**
 * Runs credentials-exchange before a machine's token is issued. Rejects when an Action refuses or
 * breaks; then no token exists.
 */
export async function runCredentialsExchange(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
): Promise<void> {
  if (!(await scope.pipeline.hasActions(scope.store, 'credentials-exchange'))) return;
  const state = scope.requests.of(ctx);
  const { context, api } = state;
  const client = await scope.store.clients.find(ctx.oidc.client?.clientId ?? '');
  if (client === undefined || api === undefined) {
    throw new Error('a machine token without an application or an API');
  }
  const body = publicMembers(ctx.oidc.body ?? {});
  const outcome = await runTrigger(ctx, scope, {
    triggerId: 'credentials-exchange',
    event: buildCredentialsExchangeEvent({
      tenant: context.tenant,
      client,
      resourceServer: api,
      request: createRequestFacts(ctx, context, { body }),
      requestedScopes: [...ctx.oidc.requestParamScopes],
      grantedScopes: [...ctx.oidc.requestParamScopes],
      ...(body.correlation_id === undefined ? {} : { correlationId: body.correlation_id }),
    }),
  });
  refuseUnlessCompleted(outcome.end);
  const unserved = unservedEffect(outcome.effects, []);
  if (unserved !== undefined) {
    throw accessDenied(await reportUnserved(scope.store, outcome.executionId, unserved));
  }
  const effects = toTokenEffects(outcome.effects);
  const grant = await scope.store.clientGrants.findFor(client.clientId, api.identifier);
  state.effects = {
    ...effects,
    // An Action may narrow what the client was granted, never widen it.
    addedScopes: effects.addedScopes.filter((name) => grant?.scope.includes(name)),
  };
}

function refuseUnlessCompleted(end: TriggerEnd): void {
  switch (end.kind) {
    case 'completed':
      return;
    case 'denied': {
      const status = DENIAL_STATUS.get(end.code ?? '');
      if (status === undefined) throw accessDenied(end.reason);
      throw new DialectError(status, end.code ?? '', end.reason);
    }
    case 'failed':
    case 'invalid':
      throw accessDenied(end.message);
    case 'suspended':
      throw accessDenied('A machine cannot be sent to another page.');
    case 'dropped':
    case 'retry':
      throw new Error(`credentials-exchange cannot end as ${end.kind}`);
  }
}
