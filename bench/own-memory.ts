import { readdirSync, readFileSync } from 'node:fs';

/**
 * Memory that would be free without the process, in MiB: what it shares with others of its kind (Node's
 * code, libraries) is not in it. Undefined where the kernel does not tell.
 */
export function readOwnMemory(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kilobytes = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)];
    return kilobytes.reduce((sum, [, count]) => sum + Number(count), 0) / 1024;
  } catch {
    return undefined;
  }
}

/** Sandboxed Node processes of this process, by their program's name. */
export function listGuests(): readonly number[] {
  const parents = new Map<number, number>();
  const guests: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name in parentheses may hold anything, spaces included.
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
      parents.set(Number(name), Number(parent));
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      const isNode = /(^|\/)node$/.test(words[0] ?? '');
      if (isNode && words.some((word) => word.endsWith('/guest.cjs'))) guests.push(Number(name));
    } catch {
      // It ended while we looked.
    }
  }
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === process.pid || isOurs(parent));
  };
  return guests.filter(isOurs);
}
