import type { LaunchLimits } from './launch.ts';

export interface GuestPaths {
  /** Node's binary as the guest sees it. */
  readonly node: string;
  /** The guest's bundle as the guest sees it. */
  readonly bundle: string;
  readonly tmpDir?: string;
}

/**
 * Node's own flags: the permission model (no files but the bundle and the private directory, no
 * processes, workers, addons), without the holes that it has: `node:sqlite` opens any file, SIGUSR1
 * starts the debugger, and V8's flags can be changed at run time.
 */
export function listGuestArguments(paths: GuestPaths, limits: LaunchLimits): readonly string[] {
  const tmpDir = paths.tmpDir === undefined ? [] : [`${paths.tmpDir}/*`];
  return [
    '--permission',
    `--allow-fs-read=${paths.bundle}`,
    ...tmpDir.flatMap((path) => [`--allow-fs-read=${path}`, `--allow-fs-write=${path}`]),
    '--no-addons',
    '--no-experimental-sqlite',
    '--disable-sigusr1',
    '--freeze-flags-after-init',
    '--no-warnings',
    `--max-old-space-size=${limits.heapMb}`,
    paths.bundle,
  ];
}
