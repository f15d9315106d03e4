import type { JsonObject, TenantStore, TriggerId } from '@tessera/model';

/** What the commands of a run add up to. The caller applies them; the pipeline stores none. */
export interface TriggerEffects {
  /** Claims for the ID token, reserved names already refused. */
  readonly idTokenClaims: JsonObject;
  readonly accessTokenClaims: JsonObject;
  /** Scopes to add to and to remove from the access token. */
  readonly addedScopes: readonly string[];
  readonly removedScopes: readonly string[];
  /**
   * Members to merge into the profile; `null` removes. Absent when nothing changed. To be written
   * at the end of every run, one that is suspended or refused included; a resumed run names only
   * what changed since, so that it cannot undo what others wrote in the meantime.
   */
  readonly userMetadata?: JsonObject;
  readonly appMetadata?: JsonObject;
  /** Whole transaction metadata after the run. */
  readonly transactionMetadata: JsonObject;
}

/**
 * A run that waits for the browser to come back. Plain JSON of at most 200 kB: it is stored with the
 * authorization request and survives restarts and other replicas. Holds no secrets of actions.
 */
export interface Suspension {
  readonly kind: 'redirect';
  /** Where to send the browser, without `state`; the protocol adds it. */
  readonly url: string;
  readonly executionId: string;
  /** Action to resume and those after it, with the versions that were deployed when the run began. */
  readonly remaining: readonly { readonly actionId: string; readonly versionId: string }[];
  /** Claims, scopes and transaction metadata until now; metadata of the user is written already. */
  readonly effects: TriggerEffects;
}

/** How a run ended for the flow. */
export type TriggerEnd =
  | { readonly kind: 'completed' }
  /** `code` as given (credentials-exchange, older post-login); `userMessage` of pre-user-registration. */
  | {
      readonly kind: 'denied';
      readonly code?: string;
      readonly reason: string;
      readonly userMessage?: string;
    }
  /** `api.validation.error`: shown to the person on the form. */
  | { readonly kind: 'invalid'; readonly code: string; readonly message: string }
  /** Also where `canRedirect` is false: such a flow ends in `interaction_required`. */
  | { readonly kind: 'suspended'; readonly suspension: Suspension }
  /** An action broke or exceeded a limit; the flow fails closed with this public message. */
  | { readonly kind: 'failed'; readonly message: string };

export interface TriggerOutcome {
  /** Absent when no action is bound: then nothing ran and nothing was recorded. */
  readonly executionId?: string;
  readonly end: TriggerEnd;
  readonly effects: TriggerEffects;
}

/** One run of a trigger. */
export interface TriggerRun {
  readonly store: TenantStore;
  readonly triggerId: TriggerId;
  /** Built by one of the `build…Event` functions. */
  readonly event: JsonObject;
  /** Wall-clock budget for all actions together. */
  readonly timeoutMs: number;
  /** Goes on with a suspended run; its first action runs its `onContinue…` handler. */
  readonly resume?: Suspension;
  /** Redirects are possible: false for `prompt=none`, refresh and password grants. Default false. */
  readonly canRedirect?: boolean;
  /**
   * The access token is for the management or the userinfo API: claims that are neither namespaced
   * (a URL) nor of the profile are not added to it. Default false.
   */
  readonly namespacedClaimsOnly?: boolean;
  /** Id of the record, when it was promised before the run (asynchronous triggers). */
  readonly executionId?: string;
}

/**
 * Runs triggers: which actions, in which order, on which versions, and what their commands mean.
 * Writes one execution record per run, durable before it resolves.
 */
export interface TriggerPipeline {
  /** True when at least one action is bound; asynchronous callers then enqueue a run. Cached. */
  hasActions(store: TenantStore, triggerId: TriggerId): Promise<boolean>;
  /** Rejects only with `sandbox_unavailable`, `database_unavailable`, or on a bug. */
  run(run: TriggerRun): Promise<TriggerOutcome>;
}
