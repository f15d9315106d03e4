import type { JsonValue } from '@tessera/model';
import { isJsonObject } from '../json/clone-json.ts';
import { withoutUndefined } from '../json/without-undefined.ts';
import type { LifetimeEffects } from '../trigger-pipeline.ts';

/** What actions ask of a session or a refresh token, while it is being added up. */
export interface LifetimeDraft {
  expiresAt?: number;
  idleExpiresAt?: number;
  /** As the event has it, then as the actions change it. */
  readonly metadata: Map<string, string>;
  isMetadataChanged: boolean;
}

/** Begins with what `event` shows of it, and with what an earlier part of the run asked for. */
export function createLifetimeDraft(
  shown: JsonValue | undefined,
  earlier?: LifetimeEffects,
): LifetimeDraft {
  const current = isJsonObject(shown) && isJsonObject(shown.metadata) ? shown.metadata : {};
  const texts = Object.entries(earlier?.metadata ?? current).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return withoutUndefined({
    expiresAt: earlier?.expiresAt,
    idleExpiresAt: earlier?.idleExpiresAt,
    metadata: new Map(texts),
    isMetadataChanged: earlier?.metadata !== undefined,
  });
}

/** Undefined when nothing was asked for. */
export function toLifetimeEffects(draft: LifetimeDraft): LifetimeEffects | undefined {
  const effects = withoutUndefined({
    expiresAt: draft.expiresAt,
    idleExpiresAt: draft.idleExpiresAt,
    metadata: draft.isMetadataChanged ? Object.fromEntries(draft.metadata) : undefined,
  });
  return Object.keys(effects).length === 0 ? undefined : effects;
}
