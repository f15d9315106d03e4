import type {
  ConsoleLine,
  GuestError,
  JsonObject,
  JsonValue,
  OutboundRequest,
  RecordedCommand,
} from '@tessera/model';

/** One action of a chain, as the guest knows it. The guest may hand over objects with more members. */
export interface ChainAction {
  readonly actionId: string;
  readonly actionName: string;
  readonly versionId: string;
  readonly versionNumber: number;
  /** This action's own secrets; they become its `event.secrets`. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** One run of a trigger, inside the sandbox. */
export interface ChainRequest<Action extends ChainAction = ChainAction> {
  readonly triggerId: string;
  /** Which handler the first action runs; all later ones run `execute`. */
  readonly firstHandler: 'execute' | 'continue';
  /** What `redirect.canRedirect()` says. Default false. */
  readonly canRedirect?: boolean;
  /** The event without `secrets`. It is copied, never written to. */
  readonly event: JsonObject;
  /** In binding order. */
  readonly actions: readonly Action[];
}

/** How code that ran in a scope ended, and what it did to the outside. */
export interface ScopeReport<T> {
  readonly outcome:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: unknown };
  readonly logs: readonly ConsoleLine[];
  readonly requests: readonly OutboundRequest[];
}

/** What the chain needs from the guest runtime that hosts it. */
export interface ChainEnvironment<Action extends ChainAction = ChainAction> {
  /**
   * `module.exports` of the action's bundle; evaluated once per version and cached by the guest.
   * May throw whatever the author's module code throws.
   */
  load(action: Action): Promise<Readonly<Record<string, unknown>>>;
  /** Epoch milliseconds. */
  nowMs(): number;
  /** Asks the host; a refusal rejects. */
  callHost(method: string, args: readonly JsonValue[]): Promise<JsonValue | undefined>;
  /** HS256 JWT (RFC 7519) with exactly these claims. */
  signToken(payload: JsonObject, secret: string): string;
  /** Claims of an HS256 JWT. Throws when the algorithm, signature or expiry are wrong. */
  verifyToken(token: string, secret: string): JsonObject;
  /** Name, message, and the stack with positions in the author's source. Must not throw. */
  describeError(error: unknown): GuestError;
  /** Runs `body` with console and requests captured for this action. Never rejects. */
  scope<T>(action: Action, body: () => Promise<T>): Promise<ScopeReport<T>>;
  /** Lets the host attribute a kill to the action that is running. */
  onActionStart?(action: Action, startedAtMs: number): void;
  /**
   * Called as each action ends, so that a guest can hand results out early: when the process is
   * killed during a later action, the ends of the earlier ones are known all the same.
   */
  onActionEnd?(action: Action, result: ChainActionResult): void;
}

interface ChainActionResultBase {
  readonly actionId: string;
  readonly actionName: string;
  readonly versionId: string;
  readonly versionNumber: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly commands: readonly RecordedCommand[];
  readonly logs: readonly ConsoleLine[];
  readonly requests: readonly OutboundRequest[];
}

/** `ActionResult` as JSON can carry it: dates are epoch milliseconds. */
export type ChainActionResult = ChainActionResultBase &
  (
    | { readonly kind: 'completed' }
    | { readonly kind: 'skipped' }
    | { readonly kind: 'failed'; readonly error: GuestError }
  );
