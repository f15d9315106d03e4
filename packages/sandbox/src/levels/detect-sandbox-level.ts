import type { SandboxLevel } from '@tessera/model';
import type { RuntimeDir } from '../runtime-dir.ts';
import { buildSeccompFilter, isSeccompArchitecture } from '../seccomp/build-seccomp-filter.ts';
import { createLandlockLauncher } from './landlock-launcher.ts';
import { LANDLOCK_SCRIPT } from './landlock-script.ts';
import type { Launcher, MissingLevel } from './launch.ts';
import type { Machine } from './machine.ts';
import { createNamespacesLauncher } from './namespaces-launcher.ts';
import { createProcessLauncher } from './process-launcher.ts';

/** Strongest first. */
const SANDBOX_LEVELS: readonly SandboxLevel[] = ['namespaces', 'landlock', 'process'];

export interface DetectionOptions {
  readonly machine: Machine;
  readonly runtimeDir: RuntimeDir;
  /** Node's binary as guests' users can start it. */
  readonly nodePath: string;
  readonly bundlePath: string;
  /** Starts a guest for a trial. Answers why it did not come up, or undefined when it did. */
  readonly tryLauncher: (launcher: Launcher) => Promise<string | undefined>;
}

export interface Detection {
  readonly launcher: Launcher;
  /** Stronger levels than the one found, and why they cannot be had. */
  readonly missing: readonly MissingLevel[];
}

/**
 * Finds the strongest level by starting a guest at each, strongest first: what a machine says about
 * itself and what its policies let happen are two things.
 *
 * @throws Error with the reason and the remedy, when `wanted` (or, for `auto`, any level) cannot be had.
 */
export async function detectSandboxLevel(
  wanted: 'auto' | SandboxLevel,
  options: DetectionOptions,
): Promise<Detection> {
  const missing: MissingLevel[] = [];
  for (const level of SANDBOX_LEVELS) {
    if (wanted !== 'auto' && wanted !== level) continue;
    for (const candidate of listCandidates(level, options)) {
      if ('reason' in candidate) {
        missing.push(candidate);
        continue;
      }
      const failure = await options.tryLauncher(candidate);
      if (failure === undefined) {
        return { launcher: candidate, missing: missing.filter((entry) => entry.level !== level) };
      }
      missing.push({
        level,
        reason: `a trial process did not come up (${failure})`,
        remedy: REMEDIES[level],
      });
    }
  }
  const [first] = missing;
  const name = wanted === 'auto' ? 'No sandbox level' : `The sandbox level "${wanted}"`;
  throw new Error(
    `${name} cannot be had: ${first?.reason ?? 'unknown level'}. ${first?.remedy ?? ''}`.trim(),
  );
}

const REMEDIES: Readonly<Record<SandboxLevel, string>> = {
  namespaces:
    'Install bubblewrap and allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces > 0, and no AppArmor or container profile that forbids them).',
  landlock:
    'Use a kernel with Landlock (5.13 or newer, in the list of LSMs), install Perl ("perl-base"), and allow both calls where a container profile forbids them.',
  process: 'Use Node 24 or newer.',
};

/** The ways to reach a level on this machine, best first; or why there is none. */
function listCandidates(
  level: SandboxLevel,
  options: DetectionOptions,
): readonly (Launcher | MissingLevel)[] {
  switch (level) {
    case 'namespaces':
      return listNamespaces(options);
    case 'landlock':
      return [findLandlock(options)];
    case 'process':
      return listProcess(options);
  }
}

function listNamespaces(options: DetectionOptions): readonly (Launcher | MissingLevel)[] {
  const { machine, runtimeDir, nodePath, bundlePath } = options;
  const { bwrap, programs, libraries } = machine;
  const level = 'namespaces';
  if (!machine.isLinux) return [{ level, reason: 'it needs Linux', remedy: 'Run on Linux.' }];
  if (bwrap === undefined) {
    const reason = 'bubblewrap (bwrap) is not installed';
    return [{ level, reason, remedy: 'Install the package "bubblewrap".' }];
  }
  const seccompPath = writeFilter(machine, runtimeDir, { refuseSignals: false });
  const ownsUsers = machine.canChangeUser;
  const base = { bwrap, programs, nodePath, bundlePath, libraries, ownsUsers, seccompPath };
  return [true, false].map((forbidsNesting) =>
    createNamespacesLauncher({ ...base, forbidsNesting }),
  );
}

function findLandlock({
  machine,
  runtimeDir,
  nodePath,
  bundlePath,
}: DetectionOptions): Launcher | MissingLevel {
  const level = 'landlock';
  const remedy = REMEDIES[level];
  if (!machine.isLinux) return { level, reason: 'it needs Linux', remedy: 'Run on Linux.' };
  const { perl, programs, libraries, architecture } = machine;
  if (perl === undefined) return { level, reason: 'Perl is not installed', remedy };
  const seccompPath = writeFilter(machine, runtimeDir, { refuseSignals: true });
  if (seccompPath === undefined) {
    return {
      level,
      reason: `no system-call filter is known for ${architecture}`,
      remedy: 'Run on x64 or arm64.',
    };
  }
  return createLandlockLauncher({
    perl,
    scriptPath: runtimeDir.write('confine.pl', LANDLOCK_SCRIPT),
    architecture,
    programs,
    nodePath,
    bundlePath,
    libraries,
    seccompPath,
    ownsUsers: machine.canChangeUser,
  });
}

/** With as much around it as the machine lends, then with less. */
function listProcess({ machine, nodePath, bundlePath }: DetectionOptions): readonly Launcher[] {
  const { programs, unshare: path, setpriv, canChangeUser } = machine;
  const kinds = ['--net', '--ipc', '--uts', '--pid', '--fork', '--kill-child'];
  const args = canChangeUser ? kinds : ['--map-current-user', '--user', ...kinds];
  const unshare = path === undefined ? undefined : { path, args };
  const base = { programs, nodePath, bundlePath, ownsUsers: canChangeUser };
  return [
    ...(unshare === undefined || setpriv === undefined ? [] : [{ ...base, unshare, setpriv }]),
    ...(setpriv === undefined ? [] : [{ ...base, setpriv }]),
    base,
  ].map(createProcessLauncher);
}

function writeFilter(
  machine: Machine,
  runtimeDir: RuntimeDir,
  options: { readonly refuseSignals: boolean },
): string | undefined {
  const { architecture } = machine;
  if (!isSeccompArchitecture(architecture)) return undefined;
  const name = options.refuseSignals ? 'seccomp-signals.bpf' : 'seccomp.bpf';
  return runtimeDir.write(name, buildSeccompFilter({ architecture, ...options }));
}
