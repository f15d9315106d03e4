import type { LaunchLimits } from './launch.ts';

export interface GuestPaths {
  /** Node's binary as the guest sees it. */
  readonly node: string;
  /** The guest's bundle as the guest sees it. */
  readonly bundle: string;
  readonly tmpDir?: string;
}

/**
 * The environment of a guest; what authors' code sees of it is empty. glibc keeps freed memory for later
 * by default, in an arena per thread, with holes that it gives back to nobody: 4 to 6 MB of an idle
 * process. Large blocks are mapped by themselves instead, and go when they are freed; from 8 kB on it would
 * be another megabyte, and cost every run 5 % of its processor time.
 */
export const GUEST_ENVIRONMENT: Readonly<Record<string, string>> = {
  TZ: 'UTC',
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '65536',
  MALLOC_TOP_PAD_: '16384',
};

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
    // One helper thread instead of four: each holds memory of its own, and guests share few cores.
    '--v8-pool-size=1',
    `--max-old-space-size=${limits.heapMb}`,
    paths.bundle,
  ];
}
