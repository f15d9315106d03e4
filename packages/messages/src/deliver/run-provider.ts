import type { JsonObject, TriggerId } from '@tessera/model';
import type { RenderingFacts } from '../render/rendering-facts.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryServices } from './delivery-services.ts';

/** Has the Actions of a trigger send a message. */
export async function runProvider(
  { pipeline }: DeliveryServices,
  { tenant, store }: RenderingFacts,
  { triggerId, event }: { readonly triggerId: TriggerId; readonly event: JsonObject },
): Promise<Delivery> {
  if (!(await pipeline.hasActions(store, triggerId))) {
    // Somebody may be about to bind one.
    return { kind: 'retry', reason: `no Action is bound to ${triggerId}` };
  }
  const timeoutMs = tenant.settings.actionTimeoutMs;
  const { end, executionId } = await pipeline.run({ store, triggerId, event, timeoutMs });
  const executions = executionId === undefined ? [] : [executionId];
  switch (end.kind) {
    case 'completed':
      return { kind: 'sent', executions };
    case 'dropped':
      // The author's words may hold anything, so they stay in the execution.
      return { kind: 'dropped', reason: `an Action of ${triggerId} dropped it`, executions };
    case 'retry':
      return { kind: 'retry', reason: `an Action of ${triggerId} asked for a retry`, executions };
    case 'failed':
      return { kind: 'retry', reason: `an Action of ${triggerId} failed`, executions };
    default:
      return {
        kind: 'failed',
        reason: `an Action of ${triggerId} asked for what this trigger does not have (${end.kind})`,
        executions,
      };
  }
}
