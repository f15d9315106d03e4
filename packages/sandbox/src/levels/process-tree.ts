import { readFileSync } from 'node:fs';

/**
 * The guest's own process under its launcher: the last of a chain of only children. Undefined where
 * the machine has no `/proc` or the chain is not complete yet.
 */
export function findGuestPid(launcherPid: number): number | undefined {
  let pid = launcherPid;
  for (;;) {
    const children = listChildren(pid);
    if (children === undefined || children.length > 1) return undefined;
    const [child] = children;
    if (child === undefined) return pid;
    pid = child;
  }
}

/** Kills a process and everything that was under it. */
export function killTree(pid: number): void {
  const children = listChildren(pid) ?? [];
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
  for (const child of children) killTree(child);
}

function listChildren(pid: number): readonly number[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return text === '' ? [] : text.split(' ').map(Number);
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
