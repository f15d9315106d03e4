/** What the build process reads on its standard input: one line of JSON. */
export interface BuildOrder {
  readonly sourceName: string;
  readonly code: string;
  readonly dependencies: readonly DependencyOrder[];
  /** What kind of file `code` is. */
  readonly role: 'action' | 'module';
  /** Modules that the code may require. */
  readonly modules: readonly ModuleOrder[];
  readonly folders: BuildFolders;
  readonly access: RegistryAccess;
  readonly limits: {
    readonly installBytes: number;
    readonly installFiles: number;
    readonly packages: number;
    readonly artifactBytes: number;
    readonly sourceBytes: number;
  };
}

/** A module, with its own dependencies. */
export interface ModuleOrder {
  readonly name: string;
  readonly sourceName: string;
  readonly code: string;
  readonly dependencies: readonly DependencyOrder[];
}

/** A declared dependency, checked by the host. */
export interface DependencyOrder {
  readonly name: string;
  readonly spec: string;
  readonly registryUrl?: string;
}

/** Absolute paths. The build process writes nowhere else. */
export interface BuildFolders {
  /** This build alone; removed when it ends. Results are written here. */
  readonly work: string;
  /** npm's content cache. */
  readonly npmCache: string;
  /** Installed trees, one folder per lockfile. */
  readonly installs: string;
  /** Remembered lockfiles, one file per set of exact dependencies. */
  readonly resolutions: string;
}

/** How the registry is reached. */
export interface RegistryAccess {
  /** Absent: npm's public one. */
  readonly registry?: string;
  readonly keyed: Readonly<Record<string, string>>;
  readonly ca?: readonly string[];
  readonly proxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
  readonly strictSsl: boolean;
  /** `host` or `host:port` that may be private or without TLS, although an author names them. */
  readonly trustedHosts: readonly string[];
}

/** The folder's files that hold the result. */
export const RESULT_FILES = {
  bundle: 'bundle.js',
  sourceMap: 'bundle.js.map',
  lockfile: 'lockfile.json',
} as const;
