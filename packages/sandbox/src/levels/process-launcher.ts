import { GUEST_ENVIRONMENT, listGuestArguments } from './guest-arguments.ts';
import type { Launch, Launcher, LaunchLimits, Slot } from './launch.ts';
import { type LimitPrograms, limitResources } from './resource-limits.ts';

export interface ProcessLauncherOptions {
  readonly programs: LimitPrograms;
  /** Present when it can give the guest an empty network and process numbers of its own. */
  readonly unshare?: { readonly path: string; readonly args: readonly string[] } | undefined;
  readonly setpriv?: string | undefined;
  readonly nodePath: string;
  /** Every process gets a user of its own. */
  readonly ownsUsers: boolean;
  readonly bundlePath: string;
}

/** Weakest level: Node's permission model, and whatever the machine lends besides. */
export function createProcessLauncher(options: ProcessLauncherOptions): Launcher {
  const { programs, unshare, setpriv, nodePath, bundlePath, ownsUsers } = options;

  return {
    level: 'process',
    needsTmpDir: true,
    layers: [
      "Node's permission model (no files but the guest's own, no processes, workers, addons)",
      ...(unshare === undefined ? [] : ['empty network namespace, own process numbers']),
      ...(setpriv === undefined ? [] : ['no new privileges']),
      ...(ownsUsers ? ['a user of its own for every process'] : []),
      ...(programs.prlimit === undefined ? [] : ['resource limits']),
      'empty environment; connections through the egress broker',
    ],
    plan(slot: Slot, limits: LaunchLimits): Launch {
      const { identity, tmpDir } = slot;
      const words = [
        ...limitResources(programs, limits, { ownsUser: identity !== undefined }),
        ...(unshare === undefined
          ? []
          : [...diesWithHost(setpriv), unshare.path, ...unshare.args, '--']),
        ...(setpriv === undefined ? [] : [setpriv, ...listPrivileges(identity), '--']),
        nodePath,
        ...listGuestArguments(
          { node: nodePath, bundle: bundlePath, ...(tmpDir === undefined ? {} : { tmpDir }) },
          limits,
        ),
      ];
      const [command = nodePath, ...args] = words;
      return {
        command,
        args,
        env: { ...GUEST_ENVIRONMENT, ...(tmpDir === undefined ? {} : { TMPDIR: tmpDir }) },
        cwd: '/',
        files: [],
        // Without setpriv the user is changed before the first program.
        ...(identity === undefined || setpriv !== undefined ? {} : { identity }),
      };
    },
  };
}

/**
 * A guest in an endless loop does not see its channel close; the kernel ends it with its parent. The
 * signal passes from the host to `unshare`, and from there to the guest.
 */
function diesWithHost(setpriv: string | undefined): readonly string[] {
  return setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--'];
}

/** Order matters: the user changes after namespaces were made, and the death signal is set after that. */
function listPrivileges(identity: number | undefined): readonly string[] {
  const common = ['--no-new-privs', '--inh-caps', '-all', '--pdeathsig', 'KILL'];
  if (identity === undefined) return common;
  return [
    ...['--reuid', String(identity), '--regid', String(identity), '--clear-groups'],
    ...['--bounding-set', '-all'],
    ...common,
  ];
}
