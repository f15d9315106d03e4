import type { LaunchLimits } from './launch.ts';

/** Open files: a guest has a handful, and its connections need none of their own. */
const MAX_OPEN_FILES = 256;
/** Threads: Node has about a dozen. Only kept by the kernel for a user that is not root. */
const MAX_THREADS = 64;

/** Programs that lower priority and limits before the guest starts. */
export interface LimitPrograms {
  readonly nice?: string | undefined;
  readonly prlimit?: string | undefined;
}

/**
 * The words before the guest's command that lower its priority and its limits. Priority matters to the
 * neighbours: beside four busy loops it keeps their calls at 0.3 ms instead of 5 ms.
 */
export function limitResources(
  programs: LimitPrograms,
  limits: LaunchLimits,
  options: { readonly ownsUser: boolean },
): readonly string[] {
  const words: string[] = [];
  if (programs.nice !== undefined) words.push(programs.nice, '-n', '10');
  if (programs.prlimit !== undefined) {
    words.push(
      programs.prlimit,
      `--nofile=${MAX_OPEN_FILES}`,
      '--core=0',
      `--fsize=${limits.maxTmpBytes}`,
      // Counts all processes of the user, so only where the slot has one of its own.
      ...(options.ownsUser ? [`--nproc=${MAX_THREADS}`] : []),
      ...(limits.dataBytes === undefined ? [] : [`--data=${limits.dataBytes}`]),
    );
  }
  return words;
}
