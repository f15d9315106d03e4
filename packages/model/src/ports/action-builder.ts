import type { ActionDependency, Artifact, BuildDiagnostic } from '../entities/action.ts';
import type { CancelSignal } from './platform.ts';

/** A pinned module version, as the build needs it. It is built with its own dependencies. */
export interface ModuleSource {
  readonly name: string;
  readonly code: string;
  readonly dependencies: readonly ActionDependency[];
}

/** Everything that decides what an artifact contains. */
export interface BuildRequest {
  readonly actionName: string;
  readonly code: string;
  readonly dependencies: readonly ActionDependency[];
  /** Modules that the code may require as `actions:<name>`. Absent: none. */
  readonly modules?: readonly ModuleSource[];
  /** `module`: the code is that of a module, which is built to see whether it can be. Default `action`. */
  readonly role?: 'action' | 'module';
  /** The tenant's limit of the dependencies' unpacked size, MB. Absent: the server's. */
  readonly dependenciesMb?: number;
  readonly signal?: CancelSignal;
}

export type BuildOutcome =
  | {
      readonly kind: 'built';
      readonly artifact: Artifact;
      readonly diagnostics: readonly BuildDiagnostic[];
    }
  | { readonly kind: 'failed'; readonly diagnostics: readonly BuildDiagnostic[] };

/**
 * Resolves and installs dependencies (never running their scripts) and bundles one CommonJS file.
 *
 * Code that cannot be parsed is `built` all the same, as the hosted service has it, with a
 * diagnostic `syntax_error`; loading it then fails. Everything an author can get wrong is a value;
 * it rejects only when the registry cannot be reached (worth a retry) or on a bug.
 */
export interface ActionBuilder {
  build(request: BuildRequest): Promise<BuildOutcome>;
}
