import {
  answer,
  type BpfInstruction,
  encodeProgram,
  ifEqualSkip,
  loadArchitecture,
  loadArgument,
  loadNumber,
  refuseWith,
  SECCOMP_ALLOW,
  SECCOMP_KILL_PROCESS,
  unlessBitsSkip,
  unlessEqualSkip,
  unlessGreaterSkip,
} from './bpf.ts';
import {
  ABSENT,
  CLONE,
  FIRST_UNKNOWN_SYSCALL,
  IOCTL,
  REFUSED,
  type SeccompArchitecture,
  SIGNALS,
  type SyscallNumbers,
} from './syscalls.ts';

const EPERM = 1;
const ENOSYS = 38;
const CLONE_THREAD = 0x00010000;
/** Both put characters into a terminal's input. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
/** Set in the number of a call of the x32 ABI, which would walk around the numbers below. */
const X32_BIT = 0x40000000;
const AUDIT_ARCHITECTURE = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

export interface SeccompFilterOptions {
  readonly architecture: SeccompArchitecture;
  /** Also refuse signals; for guests that share the machine's process numbers. Default false. */
  readonly refuseSignals?: boolean;
}

/** True when `buildSeccompFilter` knows this `process.arch`. */
export function isSeccompArchitecture(architecture: string): architecture is SeccompArchitecture {
  return architecture in AUDIT_ARCHITECTURE;
}

/**
 * Builds the guest's system-call filter as BPF bytes, ready for `bwrap --seccomp` or
 * `LANDLOCK_SCRIPT`. Everything not listed in `syscalls.ts` stays allowed; calls newer than
 * that list do not exist for the guest, and calls of a foreign architecture kill it.
 */
export function buildSeccompFilter(options: SeccompFilterOptions): Uint8Array {
  const { architecture } = options;
  const numberOf = (numbers: SyscallNumbers) => numbers[architecture === 'x64' ? 0 : 1];
  const refuseAll = (table: Readonly<Record<string, SyscallNumbers>>, errno: number) =>
    Object.values(table).flatMap((numbers) => refuse(numberOf(numbers), errno));

  return encodeProgram([
    loadArchitecture(),
    ifEqualSkip(AUDIT_ARCHITECTURE[architecture], 1),
    answer(SECCOMP_KILL_PROCESS),
    loadNumber(),
    unlessGreaterSkip(X32_BIT - 1, 1),
    answer(SECCOMP_KILL_PROCESS),
    unlessGreaterSkip(FIRST_UNKNOWN_SYSCALL - 1, 1),
    answer(refuseWith(ENOSYS)),
    ...refuseAll(ABSENT, ENOSYS),
    ...refuseAll(REFUSED, EPERM),
    ...(options.refuseSignals ? refuseAll(SIGNALS, EPERM) : []),
    ...cloneOnlyThreads(numberOf(CLONE)),
    ...noTerminalInput(numberOf(IOCTL)),
    answer(SECCOMP_ALLOW),
  ]);
}

function refuse(number: number | undefined, errno: number): readonly BpfInstruction[] {
  return number === undefined ? [] : [unlessEqualSkip(number, 1), answer(refuseWith(errno))];
}

/** `clone` makes threads and, without this flag, processes. */
function cloneOnlyThreads(number: number | undefined): readonly BpfInstruction[] {
  if (number === undefined) return [];
  return [
    unlessEqualSkip(number, 4),
    loadArgument(0),
    unlessBitsSkip(CLONE_THREAD, 1),
    answer(SECCOMP_ALLOW),
    answer(refuseWith(EPERM)),
  ];
}

function noTerminalInput(number: number | undefined): readonly BpfInstruction[] {
  if (number === undefined) return [];
  return [
    unlessEqualSkip(number, 6),
    loadArgument(1),
    unlessEqualSkip(TIOCSTI, 1),
    answer(refuseWith(EPERM)),
    unlessEqualSkip(TIOCLINUX, 1),
    answer(refuseWith(EPERM)),
    answer(SECCOMP_ALLOW),
  ];
}
