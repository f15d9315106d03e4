import type { Suspension, TriggerOutcome } from '@tessera/engine';
import type { JsonObject, TriggerId } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';

/** Runs a trigger within the tenant's budget and notes the execution for the tenant log. */
export async function runTrigger(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  run: {
    readonly triggerId: TriggerId;
    /** Of triggers whose action an entity names. */
    readonly actionId?: string;
    readonly event: JsonObject;
    readonly canRedirect?: boolean;
    readonly resume?: Suspension;
  },
): Promise<TriggerOutcome> {
  const state = scope.requests.of(ctx);
  const outcome = await scope.pipeline.run({
    store: scope.store,
    timeoutMs: state.context.tenant.settings.actionTimeoutMs,
    // Without an API the token opens userinfo only; bare names there, and at our own APIs, could pass for ours.
    namespacedClaimsOnly: state.api === undefined || state.api.isSystem,
    ...run,
  });
  const { executionId } = outcome;
  if (executionId !== undefined && !state.executions.includes(executionId)) {
    state.executions.push(executionId);
  }
  return outcome;
}
