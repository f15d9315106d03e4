import { listGuestArguments } from './guest-arguments.ts';
import type { Launch, Launcher, LaunchLimits, Slot } from './launch.ts';
import { type LimitPrograms, limitResources } from './resource-limits.ts';

export interface LandlockLauncherOptions {
  readonly setpriv: string;
  readonly programs: LimitPrograms;
  readonly nodePath: string;
  /** Every process gets a user of its own. */
  readonly ownsUsers: boolean;
  readonly bundlePath: string;
  readonly libraries: readonly string[];
  /** The filter that also refuses signals: the guest shares the machine's process numbers. */
  readonly seccompPath: string;
}

/**
 * For machines that forbid namespaces: the kernel's Landlock takes the file system away from inside and
 * a system-call filter takes sockets, processes and signals. Needs a `setpriv` that knows both.
 */
export function createLandlockLauncher(options: LandlockLauncherOptions): Launcher {
  const { setpriv, programs, nodePath, bundlePath, ownsUsers, libraries, seccompPath } = options;
  const allow = (access: string, path: string) => [
    '--landlock-rule',
    `path-beneath:${access}:${path}`,
  ];

  return {
    level: 'landlock',
    needsTmpDir: true,
    layers: [
      'Landlock: no files but Node, its libraries and a private temporary directory',
      'system-call filter (no sockets, processes, signals, mounts, ptrace, bpf, …)',
      'connections only through the egress broker',
      'no capabilities, no new privileges',
      ...(ownsUsers ? ['a user of its own for every process'] : []),
      ...(programs.prlimit === undefined ? [] : ['resource limits']),
      "Node's permission model",
    ],
    plan(slot: Slot, limits: LaunchLimits): Launch {
      const { identity, tmpDir } = slot;
      const words = [
        ...limitResources(programs, limits, { ownsUser: identity !== undefined }),
        ...[setpriv, '--no-new-privs', '--inh-caps', '-all', '--pdeathsig', 'KILL'],
        ...(identity === undefined
          ? []
          : [
              '--bounding-set',
              '-all',
              '--reuid',
              String(identity),
              '--regid',
              String(identity),
              '--clear-groups',
            ]),
        ...['--landlock-access', 'fs'],
        ...allow('read-file,execute', nodePath),
        ...libraries.flatMap((path) => allow('read-file,execute', path)),
        ...allow('read-file', bundlePath),
        // setpriv may read its filter after it gave up the file system.
        ...allow('read-file', seccompPath),
        ...allow('read-file', '/dev/urandom'),
        ...allow('read-file,write-file', '/dev/null'),
        ...(tmpDir === undefined
          ? []
          : allow(
              'read-file,write-file,read-dir,remove-file,remove-dir,make-reg,make-dir,truncate',
              tmpDir,
            )),
        ...['--seccomp-filter', seccompPath, '--', nodePath],
        ...listGuestArguments(
          { node: nodePath, bundle: bundlePath, ...(tmpDir === undefined ? {} : { tmpDir }) },
          limits,
        ),
      ];
      const [command = setpriv, ...args] = words;
      return {
        command,
        args,
        env: { TZ: 'UTC', ...(tmpDir === undefined ? {} : { TMPDIR: tmpDir }) },
        cwd: '/',
        files: [],
      };
    },
  };
}
