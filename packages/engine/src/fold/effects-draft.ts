import type { JsonObject, JsonValue } from '@tessera/model';
import { readScopes } from '../chain/apply-to-event.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { withoutUndefined } from '../json/without-undefined.ts';
import type { TriggerEffects } from '../trigger-pipeline.ts';
import { createLifetimeDraft, type LifetimeDraft, toLifetimeEffects } from './lifetime-draft.ts';

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
  readonly session: LifetimeDraft & { cookieMode?: 'persistent' | 'non-persistent' };
  readonly refreshToken: LifetimeDraft;
  multifactor: TriggerEffects['multifactor'];
  primaryUserId: TriggerEffects['primaryUserId'];
  readonly recordedMethods: { readonly name: string; readonly timestamp: string }[];
  subject: TriggerEffects['subject'];
  actor: TriggerEffects['actor'];
  organization: TriggerEffects['organization'];
  resultUrl: TriggerEffects['resultUrl'];
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
    session: {
      ...createLifetimeDraft(event.session, earlier?.session),
      ...(earlier?.session?.cookieMode && { cookieMode: earlier.session.cookieMode }),
    },
    refreshToken: createLifetimeDraft(event.refresh_token, earlier?.refreshToken),
    multifactor: earlier?.multifactor,
    primaryUserId: earlier?.primaryUserId,
    recordedMethods: [...(earlier?.recordedMethods ?? [])],
    subject: earlier?.subject,
    actor: earlier?.actor,
    organization: earlier?.organization,
    resultUrl: earlier?.resultUrl,
  };
}

/** What a run leaves behind that issues no tokens: metadata, and nothing that was granted. */
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
    ...loginOf(draft),
  };
}

/** What was asked of session, refresh token, factors and identity; absent members were not asked for. */
function loginOf(draft: EffectsDraft) {
  const { cookieMode } = draft.session;
  const session = toLifetimeEffects(draft.session);
  return withoutUndefined({
    session:
      cookieMode === undefined && session === undefined
        ? undefined
        : { ...session, ...(cookieMode && { cookieMode }) },
    refreshToken: toLifetimeEffects(draft.refreshToken),
    multifactor: draft.multifactor,
    primaryUserId: draft.primaryUserId,
    recordedMethods: draft.recordedMethods.length > 0 ? [...draft.recordedMethods] : undefined,
    subject: draft.subject,
    actor: draft.actor,
    organization: draft.organization,
    resultUrl: draft.resultUrl,
  });
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
