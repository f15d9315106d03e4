import type { JsonObject } from '@tessera/model';
import { applyToEvent } from '../chain/apply-to-event.ts';
import { cloneJsonObject, isJsonObject } from '../json/clone-json.ts';
import type { TriggerEffects } from '../trigger-pipeline.ts';

/**
 * The event of a resumed run: as the caller built it anew, with what earlier actions of the
 * transaction did to it. The user's metadata is not among that: it was written at the suspension.
 */
export function resumeEvent(event: JsonObject, effects: TriggerEffects): JsonObject {
  const transaction = isJsonObject(event.transaction) ? event.transaction : {};
  const resumed = cloneJsonObject({
    ...event,
    transaction: { ...transaction, metadata: effects.transactionMetadata },
  });
  for (const scope of effects.addedScopes) {
    applyToEvent(resumed, { method: 'accessToken.addScope', args: [scope] });
  }
  for (const scope of effects.removedScopes) {
    applyToEvent(resumed, { method: 'accessToken.removeScope', args: [scope] });
  }
  return resumed;
}
