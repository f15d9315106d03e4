import type { Artifact, EgressRules } from '../entities/action.ts';
import type { ActionResult } from '../entities/execution.ts';
import type { JsonObject, JsonValue } from '../json.ts';

/** One action of a run, as the sandbox needs it. */
export interface RunnableAction {
  readonly actionId: string;
  readonly actionName: string;
  readonly versionId: string;
  readonly versionNumber: number;
  readonly artifactHash: string;
  /** This action's own secrets; no other action of the run sees them. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Modules in the artifact, in the order in which it was built with them. Absent: none. */
  readonly modules?: readonly RunnableModule[];
  readonly egress?: EgressRules;
}

/** A module inside an action's artifact: what its code needs besides itself. */
export interface RunnableModule {
  readonly name: string;
  readonly versionId: string;
  /** `actions.secrets` of the module; neither the action nor other modules get them. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface RunRequest {
  readonly tenantId: string;
  readonly triggerId: string;
  /** Of the record that the run will have; for whoever watches. */
  readonly executionId?: string;
  /** Which handler the first action runs; all later ones run `execute`. */
  readonly firstHandler: 'execute' | 'continue';
  /** In binding order, the resumed action first. */
  readonly actions: readonly RunnableAction[];
  /** The event without `secrets`. At most 1 MB of JSON. */
  readonly event: JsonObject;
  /** What `redirect.canRedirect()` says. Default false. */
  readonly canRedirect?: boolean;
  /** How long requests that a handler started and did not await may go on after it settled. Default 0. */
  readonly backgroundMs?: number;
  /** Wall clock for the whole run, loading included. The process is killed when it passes. */
  readonly timeoutMs: number;
  /** Answers the guest's asynchronous reads (`api.cache.get`, `api.roles...`). A rejection reaches the author as an `Error`. */
  readonly onHostCall?: (
    method: string,
    args: readonly JsonValue[],
  ) => Promise<JsonValue | undefined>;
}

export interface RunReport {
  /** One per action that started, in order. */
  readonly results: readonly ActionResult[];
  /** Time to get and prepare a process: 0 when it was warm. */
  readonly bootMs: number;
  readonly totalMs: number;
}

/** Isolation in force, strongest first; `sandbox/README.md` says what each does not stop. */
export type SandboxLevel = 'namespaces' | 'landlock' | 'process';

/** Runs Actions in a sandbox. Everything a guest can do ends as a value in the report. */
export interface ActionRunner {
  readonly level: SandboxLevel;
  /** Rejects with `sandbox_unavailable` only when no process can be had, with `too_many_runs` at the tenant's limit. */
  run(request: RunRequest): Promise<RunReport>;
  /** Ends the tenant's process once its runs are done (on deletion of the tenant). */
  evictTenant(tenantId: string): Promise<void>;
  /** Resolves when a process answers; for readiness. */
  ping(): Promise<void>;
  /** Refuses new runs, waits for those under way, ends every process. */
  close(): Promise<void>;
}

/** Where the runner gets a built action that its process has not loaded yet. */
export interface ArtifactSource {
  load(tenantId: string, hash: string): Promise<Artifact | undefined>;
}
