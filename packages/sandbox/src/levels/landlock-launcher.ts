import { GUEST_ENVIRONMENT, listGuestArguments } from './guest-arguments.ts';
import type { Launch, Launcher, LaunchLimits, Slot } from './launch.ts';
import { type LimitPrograms, limitResources } from './resource-limits.ts';

export interface LandlockLauncherOptions {
  readonly perl: string;
  /** File with `LANDLOCK_SCRIPT`. */
  readonly scriptPath: string;
  /** `process.arch`. */
  readonly architecture: string;
  readonly programs: LimitPrograms;
  readonly nodePath: string;
  /** Every process gets a user of its own. */
  readonly ownsUsers: boolean;
  readonly bundlePath: string;
  readonly libraries: readonly string[];
  /** The filter that also refuses signals: the guest shares the machine's process numbers. */
  readonly seccompPath: string;
}

const TMP_ACCESS =
  'read-file,write-file,read-dir,remove-file,remove-dir,make-reg,make-dir,refer,truncate';

/**
 * For machines that forbid namespaces: the kernel's Landlock takes the file system away from inside and
 * a system-call filter takes sockets, processes and signals. `LANDLOCK_SCRIPT` sets both up.
 */
export function createLandlockLauncher(options: LandlockLauncherOptions): Launcher {
  const { perl, scriptPath, architecture, programs, nodePath, bundlePath } = options;
  const { ownsUsers, libraries, seccompPath } = options;
  const allow = (access: string, path: string) => `rule=${access}:${path}`;

  return {
    level: 'landlock',
    needsTmpDir: true,
    layers: [
      'Landlock: no files but Node, its libraries and a private temporary directory',
      'system-call filter (no sockets, processes, signals, mounts, ptrace, bpf, …)',
      'connections only through the egress broker',
      'no capabilities, no new privileges, own session, dies with the host',
      ...(ownsUsers ? ['a user of its own for every process'] : []),
      ...(programs.prlimit === undefined ? [] : ['resource limits']),
      "Node's permission model",
    ],
    plan(slot: Slot, limits: LaunchLimits): Launch {
      const { identity, tmpDir } = slot;
      const words = [
        ...limitResources(programs, limits, { ownsUser: identity !== undefined }),
        ...[perl, scriptPath, `arch=${architecture}`, `filter=${seccompPath}`],
        ...(identity === undefined ? [] : [`user=${identity}`]),
        allow('read-file,execute', nodePath),
        ...libraries.map((path) => allow('read-file,execute', path)),
        allow('read-file', bundlePath),
        allow('read-file', '/dev/urandom'),
        allow('read-file,write-file', '/dev/null'),
        ...(tmpDir === undefined ? [] : [allow(TMP_ACCESS, tmpDir)]),
        ...['--', nodePath],
        ...listGuestArguments(
          { node: nodePath, bundle: bundlePath, ...(tmpDir === undefined ? {} : { tmpDir }) },
          limits,
        ),
      ];
      const [command = perl, ...args] = words;
      return {
        command,
        args,
        // OpenSSL passes over a configuration that is not there, and gives up at one that it may not read.
        env: {
          ...GUEST_ENVIRONMENT,
          OPENSSL_CONF: '/dev/null',
          ...(tmpDir === undefined ? {} : { TMPDIR: tmpDir }),
        },
        cwd: '/',
        files: [],
      };
    },
  };
}
