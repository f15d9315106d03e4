import { GUEST_ENVIRONMENT, listGuestArguments } from './guest-arguments.ts';
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
  /** Every process gets a user of its own. */
  readonly ownsUsers: boolean;
  readonly bundlePath: string;
  readonly libraries: readonly string[];
  /** No namespaces inside of the guest's; bubblewrap knows it since 0.8. The filter refuses them as well. */
  readonly forbidsNesting: boolean;
  /** Absent where no filter is known for the machine's architecture. */
  readonly seccompPath?: string | undefined;
}

/**
 * Strongest level: bubblewrap builds a world with nothing in it but Node, its libraries, and the guest.
 * `/proc` is not mounted: it tells much about the machine, and Node does without.
 */
export function createNamespacesLauncher(options: NamespacesLauncherOptions): Launcher {
  const { bwrap, programs, seccompPath } = options;
  const world = listWorld(options);

  return {
    level: 'namespaces',
    needsTmpDir: false,
    layers: listLayers(options),
    plan(slot: Slot, limits: LaunchLimits): Launch {
      const { identity } = slot;
      const words = [
        ...limitResources(programs, limits, { ownsUser: identity !== undefined }),
        ...[bwrap, ...world],
        ...['--perms', '0700', '--size', String(limits.maxTmpBytes), '--tmpfs', GUEST_TMP],
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
        ...(identity === undefined ? {} : { identity }),
      };
    },
  };
}

/** Namespaces, user, privileges, and what there is of files. */
function listWorld(options: NamespacesLauncherOptions): readonly string[] {
  const { nodePath, bundlePath, libraries, forbidsNesting } = options;
  const environment = Object.entries(GUEST_ENVIRONMENT).flatMap((entry) => ['--setenv', ...entry]);
  const device = (path: string) => ['--dev-bind', path, path];
  return [
    ...['--unshare-all', '--unshare-user', ...(forbidsNesting ? ['--disable-userns'] : [])],
    ...['--uid', GUEST_USER, '--gid', GUEST_USER, '--hostname', 'sandbox'],
    ...['--clearenv', ...environment, '--cap-drop', 'ALL'],
    ...['--new-session', '--die-with-parent'],
    ...['--ro-bind', nodePath, GUEST_NODE, '--ro-bind', bundlePath, GUEST_BUNDLE],
    ...libraries.flatMap((path) => ['--ro-bind', path, path]),
    ...['--dir', '/dev', ...device('/dev/null'), ...device('/dev/urandom')],
  ];
}

function listLayers(options: NamespacesLauncherOptions): readonly string[] {
  const { programs, ownsUsers, seccompPath } = options;
  return [
    'user, pid, mount, network, ipc, uts and cgroup namespaces',
    'read-only root with Node and its libraries only; private temporary directory in memory',
    'no network device; connections only through the egress broker',
    'no capabilities, no new privileges, own session, dies with the host',
    ...(ownsUsers ? ['a user of its own for every process'] : []),
    ...(seccompPath === undefined
      ? []
      : ['system-call filter (no sockets, processes, mounts, ptrace, bpf, …)']),
    ...(programs.prlimit === undefined ? [] : ['resource limits']),
    "Node's permission model",
  ];
}
