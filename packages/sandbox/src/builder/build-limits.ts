/** What one build may take. Each limit ends in a diagnostic or a rejection that names it. */
export interface BuildLimits {
  /** Unpacked bytes of all packages together; beyond it: `dependencies_too_large`. */
  readonly installBytes: number;
  /** Files of all packages together; beyond it: `dependencies_too_large`. */
  readonly installFiles: number;
  /** Packages in the resolved tree; beyond it: `dependencies_too_large`. */
  readonly packages: number;
  /** Bundle, source map and lockfile together, in bytes; beyond it: `bundle_too_large`. */
  readonly artifactBytes: number;
  /** Text that the bundler reads; it takes many times as much memory. Beyond it: `bundle_too_large`. */
  readonly sourceBytes: number;
  /** Wall-clock time of one build; beyond it the build is killed and rejects (worth a retry). */
  readonly buildMs: number;
}

/** Declared dependencies of one action, as the hosted service has it. */
export const MAX_DEPENDENCIES = 10;

/** Characters of source. The API refuses far less; this only bounds what the parser is given. */
export const MAX_CODE_LENGTH = 1_000_000;

/** Problems told to the author; a source full of errors needs no more. */
export const MAX_DIAGNOSTICS = 20;

/** Unpacked size of one action's dependencies, MB, where nobody set another. */
export const DEFAULT_DEPENDENCIES_MB = 256;

export const DEFAULT_LIMITS: BuildLimits = {
  installBytes: DEFAULT_DEPENDENCIES_MB * 1024 * 1024,
  installFiles: 40_000,
  packages: 2_000,
  artifactBytes: 40 * 1024 * 1024,
  sourceBytes: 128 * 1024 * 1024,
  buildMs: 120_000,
};
