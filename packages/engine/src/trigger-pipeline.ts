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
  /** `api.session`; absent when nothing was asked for. */
  readonly session?: LifetimeEffects & { readonly cookieMode?: 'persistent' | 'non-persistent' };
  /** `api.refreshToken`; absent when nothing was asked for. */
  readonly refreshToken?: LifetimeEffects;
  /** `api.multifactor.enable`, the last one; `none` lifts it and is absent here. Due at the end of the run. */
  readonly multifactor?: MultifactorRequest;
  /** `api.authentication.setPrimaryUser`. */
  readonly primaryUserId?: string;
  /** `api.authentication.recordMethod`, in order. */
  readonly recordedMethods?: readonly { readonly name: string; readonly timestamp: string }[];
  /** custom-token-exchange: for whom the token is. */
  readonly subject?: TokenExchangeSubject;
  /** custom-token-exchange: `setActor`, as the token's `act` claim has it. */
  readonly actor?: JsonObject;
  /** custom-token-exchange: `setOrganization`, an id or a name. */
  readonly organization?: string;
  /** password-reset-post-challenge: where the browser goes at the end. */
  readonly resultUrl?: string;
}

/** What an action asks of a session or a refresh token. Times are milliseconds since 1970; the earliest of several wins. */
export interface LifetimeEffects {
  readonly expiresAt?: number;
  readonly idleExpiresAt?: number;
  /** The whole metadata after the run; absent when it did not change. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A second factor that is due when all actions have run. */
export interface MultifactorRequest {
  /** `any`, `guardian`, `google-authenticator` or `duo`; which of them exist here is the flow's to say. */
  readonly provider: 'any' | 'guardian' | 'google-authenticator' | 'duo';
  /** Offers to spare the person the second factor in this browser. */
  readonly allowRememberBrowser: boolean;
}

export type TokenExchangeSubject =
  | { readonly kind: 'id'; readonly userId: string }
  | {
      readonly kind: 'connection';
      readonly connectionName: string;
      /** As the action gave them, checked: `user_id`, `email`, ... */
      readonly attributes: JsonObject;
      readonly creationBehavior: 'create_if_not_exists' | 'none';
      readonly updateBehavior: 'none' | 'replace';
    };

/** A factor that an action asks for; `options` as the contract has them, e.g. `preferredMethod` of `phone`. */
export interface FactorRequest {
  readonly type: string;
  readonly options?: JsonObject;
}

/** What the browser must do before a suspended run goes on. */
export type SuspensionCause =
  /** `url`: where to send the browser, without `state`; the protocol adds it. */
  | { readonly kind: 'redirect'; readonly url: string }
  /**
   * `challengeWith(Any)`: the person passes one factor. One in `factors` is shown at once, several are
   * offered for choice; `additionalFactors` may be chosen instead.
   */
  | {
      readonly kind: 'challenge';
      readonly factors: readonly FactorRequest[];
      readonly additionalFactors: readonly FactorRequest[];
    }
  /** `enrollWith(Any)`: the person sets up one factor; the lists as for a challenge. */
  | {
      readonly kind: 'enrollment';
      readonly factors: readonly FactorRequest[];
      readonly additionalFactors: readonly FactorRequest[];
    }
  /** `prompt.render`: what the person enters comes back in `event.prompt`. */
  | {
      readonly kind: 'form';
      readonly formId: string;
      readonly fields: JsonObject;
      readonly vars: JsonObject;
    };

/**
 * A run that waits for the browser to come back. Plain JSON of at most 300 kB: it is stored with the
 * authorization request and survives restarts and other replicas. Holds no secrets of actions.
 */
export type Suspension = SuspensionCause & {
  readonly executionId: string;
  /** Action to resume and those after it, with the versions that were deployed when the run began. */
  readonly remaining: readonly { readonly actionId: string; readonly versionId: string }[];
  /** All effects until now but the user's metadata, which is written already. */
  readonly effects: TriggerEffects;
};

/** What `session.revoke` or `refreshToken.revoke` ends besides refusing the login. */
export interface Revocation {
  readonly target: 'session' | 'refreshToken';
  /** Of a session: its refresh tokens live on. */
  readonly preserveRefreshTokens: boolean;
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
      /** Of an action that revoked both: the session, with its refresh tokens. */
      readonly revoke?: Revocation;
      /** custom-token-exchange: the subject token is not genuine, which counts against its sender. */
      readonly isInvalidSubjectToken?: boolean;
    }
  /** The message is not to be sent (`notification.drop`), or to be tried again later (`notification.retry`). */
  | { readonly kind: 'dropped' | 'retry'; readonly reason: string }
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
  /**
   * The one action that runs, instead of those that are bound: for triggers whose actions an entity
   * names (a profile, a stream). The run fails when it is not deployed.
   */
  readonly actionId?: string;
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
