import type { JsonObject, JsonValue } from '@tessera/model';
import { addMethod, applyToEvent } from '../chain/apply-to-event.ts';
import type { TriggerCommand } from '../commands/trigger-command.ts';
import { cloneJsonObject, isJsonObject } from '../json/clone-json.ts';
import type { LifetimeEffects, TriggerEffects } from '../trigger-pipeline.ts';

/**
 * The event of a resumed run: as the caller built it anew, with what earlier actions of the
 * transaction did to it. The user's metadata is not among that: it was written at the suspension.
 */
export function resumeEvent(event: JsonObject, effects: TriggerEffects): JsonObject {
  const transaction = isJsonObject(event.transaction) ? event.transaction : {};
  const resumed = cloneJsonObject({
    ...event,
    transaction: { ...transaction, metadata: effects.transactionMetadata },
    ...withMetadata('session', event.session, effects.session),
    ...withMetadata('refresh_token', event.refresh_token, effects.refreshToken),
  });
  const commands: TriggerCommand[] = [
    ...effects.addedScopes.map(
      (scope) => ({ method: 'accessToken.addScope', args: [scope] }) as const,
    ),
    ...effects.removedScopes.map(
      (scope) => ({ method: 'accessToken.removeScope', args: [scope] }) as const,
    ),
  ];
  for (const command of commands) applyToEvent(resumed, command, NO_TIME);
  for (const method of effects.recordedMethods ?? []) addMethod(resumed, method);
  return resumed;
}

/** Scopes have no time. */
const NO_TIME = (): number => 0;

/** The metadata that earlier actions left, which nobody has stored yet. */
function withMetadata(
  name: 'session' | 'refresh_token',
  shown: JsonValue | undefined,
  effects: LifetimeEffects | undefined,
): JsonObject {
  if (!isJsonObject(shown) || effects?.metadata === undefined) return {};
  return { [name]: { ...shown, metadata: effects.metadata } };
}
