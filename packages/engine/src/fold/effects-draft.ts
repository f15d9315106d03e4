import type { JsonObject, JsonValue } from '@tessera/model';
import { readScopes } from '../chain/apply-to-event.ts';
import { isJsonObject } from '../json/clone-json.ts';
import type { TriggerEffects } from '../trigger-pipeline.ts';

/** Effects while they are being added up. Maps, because names come from authors. */
export interface EffectsDraft {
  readonly idTokenClaims: Map<string, JsonValue>;
  readonly accessTokenClaims: Map<string, JsonValue>;
  readonly scopes: Map<string, 'added' | 'removed'>;
  readonly userMetadata: Map<string, JsonValue>;
  readonly appMetadata: Map<string, JsonValue>;
  readonly transactionMetadata: Map<string, JsonValue>;
  /** Scopes that the token was to get before the run, and now; of machines' tokens. */
  readonly initialTargets: readonly string[];
  targets: ReadonlySet<string>;
}

/** A draft that begins with what the transaction holds and with the grants of an earlier part. */
export function createEffectsDraft(event: JsonObject, earlier?: TriggerEffects): EffectsDraft {
  const transaction = isJsonObject(event.transaction) ? event.transaction : {};
  const metadata = isJsonObject(transaction.metadata) ? transaction.metadata : {};
  const initialTargets = readScopes(transaction.target_scopes);
  return {
    idTokenClaims: new Map(Object.entries(earlier?.idTokenClaims ?? {})),
    accessTokenClaims: new Map(Object.entries(earlier?.accessTokenClaims ?? {})),
    scopes: new Map([
      ...(earlier?.addedScopes ?? []).map((scope) => [scope, 'added'] as const),
      ...(earlier?.removedScopes ?? []).map((scope) => [scope, 'removed'] as const),
    ]),
    userMetadata: new Map(),
    appMetadata: new Map(),
    transactionMetadata: new Map(Object.entries(metadata)),
    initialTargets,
    targets: new Set(initialTargets),
  };
}

/** What a run leaves behind that issues no tokens: metadata, and neither claims nor scopes. */
export function toEffectsWithoutGrants(draft: EffectsDraft): TriggerEffects {
  return {
    idTokenClaims: {},
    accessTokenClaims: {},
    addedScopes: [],
    removedScopes: [],
    ...metadataOf(draft),
  };
}

/** The sum. */
export function toEffects(draft: EffectsDraft): TriggerEffects {
  return {
    idTokenClaims: Object.fromEntries(draft.idTokenClaims),
    accessTokenClaims: Object.fromEntries(draft.accessTokenClaims),
    addedScopes: [
      ...scopesThatWere(draft, 'added'),
      ...[...draft.targets].filter((scope) => !draft.initialTargets.includes(scope)),
    ],
    removedScopes: [
      ...scopesThatWere(draft, 'removed'),
      ...draft.initialTargets.filter((scope) => !draft.targets.has(scope)),
    ],
    ...metadataOf(draft),
  };
}

function scopesThatWere({ scopes }: EffectsDraft, change: 'added' | 'removed'): string[] {
  return [...scopes].filter(([, made]) => made === change).map(([scope]) => scope);
}

function metadataOf(draft: EffectsDraft) {
  const { userMetadata, appMetadata, transactionMetadata } = draft;
  return {
    ...(userMetadata.size > 0 && { userMetadata: Object.fromEntries(userMetadata) }),
    ...(appMetadata.size > 0 && { appMetadata: Object.fromEntries(appMetadata) }),
    transactionMetadata: Object.fromEntries(transactionMetadata),
  };
}
