import { findProgram } from './find-program.ts';
import { listLibraries } from './list-libraries.ts';
import type { LimitPrograms } from './resource-limits.ts';
import { runProgram } from './run-program.ts';

/** What this machine has for building a sandbox. */
export interface Machine {
  readonly isLinux: boolean;
  /** `process.arch`. */
  readonly architecture: string;
  readonly nodePath: string;
  readonly libraries: readonly string[];
  readonly programs: LimitPrograms;
  readonly bwrap: string | undefined;
  readonly unshare: string | undefined;
  readonly setpriv: string | undefined;
  readonly perl: string | undefined;
  /** We are root and may start programs as another user. */
  readonly canChangeUser: boolean;
}

/** An unprivileged user for probing. */
export const PROBE_IDENTITY = 61_184;

/** Looks at the machine. `searchPath`: directories that are searched before the usual ones. */
export async function inspectMachine(options: {
  readonly nodePath: string;
  readonly searchPath: readonly string[];
}): Promise<Machine> {
  const isLinux = process.platform === 'linux';
  const find = (name: string) => (isLinux ? findProgram(name, options.searchPath) : undefined);
  const [libraries, canChangeUser] = await Promise.all([
    isLinux ? listLibraries(options.nodePath) : [],
    canBecomeAnother(find('true')),
  ]);
  return {
    isLinux,
    architecture: process.arch,
    nodePath: options.nodePath,
    libraries,
    programs: { nice: find('nice'), prlimit: find('prlimit') },
    bwrap: find('bwrap'),
    unshare: find('unshare'),
    setpriv: find('setpriv'),
    perl: find('perl'),
    canChangeUser,
  };
}

async function canBecomeAnother(program: string | undefined): Promise<boolean> {
  if (program === undefined || process.getuid?.() !== 0) return false;
  return (await runProgram(program, [], { identity: PROBE_IDENTITY })).isOk;
}
