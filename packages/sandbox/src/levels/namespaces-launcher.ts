import { listGuestArguments } from './guest-arguments.ts';
import type { Launch, Launcher, LaunchLimits, Slot } from './launch.ts';
import { type LimitPrograms, limitResources } from './resource-limits.ts';

/** Paths inside the guest's root. */
const GUEST_NODE = '/node';
const GUEST_BUNDLE = '/guest.cjs';
const GUEST_TMP = '/tmp';
/** `nobody`, inside the guest's user namespace. */
const GUEST_USER = '65534';
/** First descriptor after those of the protocol. */
const SECCOMP_FD = '6';

export interface NamespacesLauncherOptions {
  readonly bwrap: string;
  readonly programs: LimitPrograms;
  readonly nodePath: string;
  readonly bundlePath: string;
  readonly libraries: readonly string[];
  /** Absent where no filter is known for the machine's architecture. */
  readonly seccompPath?: string | undefined;
}

/**
 * Strongest level: bubblewrap builds a world with nothing in it but Node, its libraries, and the guest.
 * `/proc` is not mounted: it tells much about the machine, and Node does without.
 */
export function createNamespacesLauncher(options: NamespacesLauncherOptions): Launcher {
  const { bwrap, programs, nodePath, bundlePath, libraries, seccompPath } = options;
  const mounts = [
    ...['--ro-bind', nodePath, GUEST_NODE, '--ro-bind', bundlePath, GUEST_BUNDLE],
    ...libraries.flatMap((path) => ['--ro-bind', path, path]),
  ];

  return {
    level: 'namespaces',
    needsTmpDir: false,
    layers: [
      'user, pid, mount, network, ipc, uts and cgroup namespaces',
      'read-only root with Node and its libraries only; private temporary directory in memory',
      'no network device; connections only through the egress broker',
      'no capabilities, no new privileges, own session, dies with the host',
      ...(seccompPath === undefined
        ? []
        : ['system-call filter (no sockets, processes, mounts, ptrace, bpf, …)']),
      ...(programs.prlimit === undefined ? [] : ['resource limits']),
      "Node's permission model",
    ],
    plan(slot: Slot, limits: LaunchLimits): Launch {
      const words = [
        ...limitResources(programs, limits, { ownsUser: slot.identity !== undefined }),
        ...[bwrap, '--unshare-all', '--unshare-user', '--disable-userns'],
        ...['--uid', GUEST_USER, '--gid', GUEST_USER, '--hostname', 'sandbox'],
        ...[
          '--clearenv',
          '--cap-drop',
          'ALL',
          '--setenv',
          'TZ',
          'UTC',
          '--new-session',
          '--die-with-parent',
        ],
        ...mounts,
        ...['--perms', '0700', '--size', String(limits.maxTmpBytes), '--tmpfs', GUEST_TMP],
        ...[
          '--dir',
          '/dev',
          '--dev-bind',
          '/dev/null',
          '/dev/null',
          '--dev-bind',
          '/dev/urandom',
          '/dev/urandom',
        ],
        ...['--remount-ro', '/', '--chdir', '/'],
        ...(seccompPath === undefined ? [] : ['--seccomp', SECCOMP_FD]),
        ...['--', GUEST_NODE],
        ...listGuestArguments(
          { node: GUEST_NODE, bundle: GUEST_BUNDLE, tmpDir: GUEST_TMP },
          limits,
        ),
      ];
      const [command = bwrap, ...args] = words;
      return {
        command,
        args,
        env: {},
        cwd: '/',
        files: seccompPath === undefined ? [] : [seccompPath],
        ...(slot.identity === undefined ? {} : { identity: slot.identity }),
      };
    },
  };
}
