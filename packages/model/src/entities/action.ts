/** The eleven triggers of `contract/triggers.json`. */
export const TRIGGER_IDS = [
  'post-login',
  'credentials-exchange',
  'pre-user-registration',
  'post-user-registration',
  'post-change-password',
  'password-reset-post-challenge',
  'send-phone-message',
  'custom-token-exchange',
  'custom-email-provider',
  'custom-phone-provider',
  'event-stream',
] as const;
export type TriggerId = (typeof TRIGGER_IDS)[number];

/** A trigger and the version of its contract, e.g. `{id: 'post-login', version: 'v3'}`. */
export interface SupportedTrigger {
  readonly id: string;
  readonly version: string;
}
export interface ActionDependency {
  readonly name: string;
  /** Exact once built; `latest` or a range is resolved and pinned by the build. */
  readonly version: string;
  readonly registryUrl?: string;
}
/** A secret of an action. The value is in memory only; at rest it is encrypted. */
export interface ActionSecret {
  readonly name: string;
  readonly value: string;
  readonly updatedAt: Date;
}
export type BuildStatus = 'pending' | 'building' | 'packaged' | 'built' | 'retrying' | 'failed';

/** A problem that the build found, in the author's source. `line` and `column` start at 1. */
export interface BuildDiagnostic {
  /** Machine-readable kind: `syntax_error`, `dependency_not_found`, `native_addon`, ... */
  readonly id: string;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** What may be reached: `host`, `*.host`, an address or a CIDR, each with an optional `:port`. */
export interface EgressRules {
  readonly allow: readonly string[];
  /** Wins. */
  readonly deny: readonly string[];
}

/** A published module version that an action uses, as `require('actions:<moduleName>')`. */
export interface ModuleReference {
  readonly moduleId: string;
  readonly moduleName: string;
  readonly moduleVersionId: string;
  readonly moduleVersionNumber: number;
  /** The module version's own secrets: only its code sees them. In memory only; at rest encrypted. */
  readonly secrets: readonly ActionSecret[];
}

/** What runs: everything that a deployment snapshots. */
export interface ActionContent {
  readonly code: string;
  readonly dependencies: readonly ActionDependency[];
  readonly secrets: readonly ActionSecret[];
  readonly runtime: string;
  readonly supportedTriggers: readonly SupportedTrigger[];
  /** Pinned versions of shared code, in the author's order. At most 3. Absent: none. */
  readonly modules?: readonly ModuleReference[];
  /**
   * Narrows what this action may reach: with `allow`, only that; never more than the operator and
   * the tenant allow. Absent: no rules of its own.
   */
  readonly egress?: EgressRules;
}

/** An action with its draft. */
export interface Action extends ActionContent {
  /** UUID v4. */
  readonly id: string;
  /** Unique in the tenant. */
  readonly name: string;
  /** Build status of the draft. */
  readonly status: BuildStatus;
  readonly diagnostics: readonly BuildDiagnostic[];
  /** Content hash of the artifact of the built draft. */
  readonly artifactHash?: string;
  /** Increased by each change of the draft; a build writes its result only for the revision it read. */
  readonly draftRevision: number;
  /** The version that serves traffic. */
  readonly deployedVersionId?: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An immutable snapshot of an action. */
export interface ActionVersion extends ActionContent {
  readonly id: string;
  readonly actionId: string;
  /** 1, 2, 3, ... in an action. */
  readonly number: number;
  readonly status: BuildStatus;
  readonly artifactHash?: string;
  readonly builtAt?: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Puts an action at a place in a trigger's order. */
export interface Binding {
  readonly id: string;
  readonly triggerId: string;
  readonly actionId: string;
  readonly displayName: string;
  /** 0 runs first. */
  readonly position: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A built action: one CommonJS file, content-addressed. At most 40 MB. */
export interface Artifact {
  /** SHA-256 (hex) over the builder's version, code, and pinned dependencies. */
  readonly hash: string;
  readonly bundle: string;
  /** Source map (JSON) from the bundle to the author's source. */
  readonly sourceMap: string;
  /**
   * npm lockfile (JSON) of the dependencies; `{}` without any. Those of modules that have dependencies
   * are in its member `modules`, by module name.
   */
  readonly lockfile: string;
  readonly dependencies: readonly ActionDependency[];
}
