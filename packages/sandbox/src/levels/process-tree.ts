import { readFileSync } from 'node:fs';

/**
 * The guest's own process under its launcher: the last of a chain of only children. Undefined where
 * the machine has no `/proc` or the chain is not complete yet.
 */
export function findGuestPid(launcherPid: number): number | undefined {
  let pid = launcherPid;
  try {
    for (;;) {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
      if (children === '') return pid;
      const [first = '', ...others] = children.split(' ');
      if (others.length > 0) return undefined;
      pid = Number(first);
    }
  } catch {
    return undefined;
  }
}

/** Private writable memory that the kernel counts against `RLIMIT_DATA`, in bytes. */
export function readDataBytes(pid: number): number | undefined {
  try {
    const match = /^VmData:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return match === null ? undefined : Number(match[1]) * 1024;
  } catch {
    return undefined;
  }
}
