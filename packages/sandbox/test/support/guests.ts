import { readdirSync, readFileSync } from 'node:fs';

/** A process of the machine. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly command: readonly string[];
}

export function listProcesses(): readonly ProcessInfo[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name in parentheses may hold anything, spaces included.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') return [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return [{ pid: Number(name), parent: Number(parent), command }];
    } catch {
      return [];
    }
  });
}

/** Node processes that run a guest's program for this host, at any depth under it. */
export function listGuestsOf(host: number): readonly number[] {
  const all = listProcesses();
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const isUnder = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === host || isUnder(parent));
  };
  return all
    .filter(
      ({ pid, command }) =>
        isUnder(pid) &&
        /(^|\/)node$/.test(command[0] ?? '') &&
        command.some((word) => word.endsWith('/guest.cjs')),
    )
    .map(({ pid }) => pid);
}

/** Resolves when `test` answers true; looks often, for there is no event of other processes' ends. */
export async function waitUntil(test: () => boolean, timeoutMs = 10_000): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (!test()) {
    if (Date.now() > until) throw new Error('It did not come true in time.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
