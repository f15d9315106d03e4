import type { BuildDiagnostic } from '@tessera/model';

/** The kinds of problem that a build tells an author about. Never renamed. */
export type DiagnosticId =
  | 'syntax_error'
  | 'code_too_large'
  | 'too_many_dependencies'
  | 'invalid_dependency'
  | 'dependency_not_found'
  | 'dependency_conflict'
  | 'dependency_unsupported'
  | 'dependency_corrupt'
  | 'dependency_skipped'
  | 'dependencies_too_large'
  | 'native_addon'
  | 'registry_refused'
  | 'undeclared_dependency'
  | 'undeclared_module'
  | 'unresolved_import'
  | 'unsupported_package'
  | 'bundle_too_large';

export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

export function createDiagnostic(
  id: DiagnosticId,
  message: string,
  position?: SourcePosition,
): BuildDiagnostic {
  return position === undefined ? { id, message } : { id, message, ...position };
}

/** Ends a build with what the author did wrong; becomes a `failed` outcome at the outermost step. */
export class BuildFailure extends Error {
  readonly diagnostics: readonly BuildDiagnostic[];

  constructor(diagnostics: readonly BuildDiagnostic[], options: { cause?: unknown } = {}) {
    super(diagnostics[0]?.message ?? 'The build failed', options);
    this.name = 'BuildFailure';
    this.diagnostics = diagnostics;
  }
}

/** One problem without a place in the source. */
export function buildFailure(id: DiagnosticId, message: string, cause?: unknown): BuildFailure {
  return new BuildFailure([createDiagnostic(id, message)], cause === undefined ? {} : { cause });
}

/**
 * The registry did not answer, or not usefully: worth a retry. The message names the system's code
 * only, never the registry's address or credentials.
 */
export class RegistryUnavailableError extends Error {
  readonly code: string;

  constructor(code: string, options: { cause?: unknown } = {}) {
    super(`The package registry cannot be reached (${code})`, options);
    this.name = 'RegistryUnavailableError';
    this.code = code;
  }
}
