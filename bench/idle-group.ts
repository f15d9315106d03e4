import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes that run only when nothing else of the machine wants their core. */
export interface IdleGroup {
  /** Adds a process. It must have ended before the group does. */
  add(pid: number): void;
  end(): void;
}

/** Where Linux keeps the groups of its `cpu` controller: of its own in version 1, with the others in 2. */
const PARENTS = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'];

/**
 * A control group with `cpu.idle` (Linux 5.15). The priority of a process alone does not do: Linux shares a
 * core between sessions first (sched(7), autogroup), and each process of PostgreSQL and of the sandbox has a
 * session of its own, which would wait for the slices of whatever keeps the core awake. Undefined where no
 * such group can be made.
 */
export function openIdleGroup(): IdleGroup | undefined {
  for (const parent of PARENTS) {
    const group = open(join(parent, `tessera-bench-${process.pid}`));
    if (group !== undefined) return group;
  }
  return undefined;
}

function open(folder: string): IdleGroup | undefined {
  try {
    mkdirSync(folder);
  } catch {
    // No such controller, or nothing that this user may change.
    return undefined;
  }
  const end = (): void => rmdirSync(folder);
  if (!existsSync(join(folder, 'cpu.idle'))) {
    end();
    return undefined;
  }
  writeFileSync(join(folder, 'cpu.idle'), '1');
  return { end, add: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)) };
}
