import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { openIdleGroup } from './idle-group.ts';
import { type PeerProcess, startPeer } from './peer-process.ts';

/** The core of what is measured, and the core of what puts load on it. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** True where processes can be kept to one core each. */
export const canPin =
  process.platform === 'linux' && availableParallelism() > 1 && isOnPath('taskset');

/** How to start a command so that it, and whatever it starts, stays on the core. */
export function pinTo(core: number): readonly string[] {
  return canPin ? ['taskset', '-c', String(core)] : [];
}

/**
 * A virtual machine's core that has nothing to do is taken away, and giving it back costs more than
 * most of what is measured here; whether it happens depends on how long the pauses are. So the
 * cores are kept busy by processes that give way to everything else. Undefined where nothing can be
 * made to give way.
 */
export async function keepCoresAwake(): Promise<AsyncDisposable | undefined> {
  const group = canPin ? openIdleGroup() : undefined;
  if (group === undefined) return undefined;
  const spinners: PeerProcess<unknown>[] = [];
  for (let core = 0; core < availableParallelism(); core++) {
    const spinner = await startPeer('keep-awake.ts', { prefix: pinTo(core) });
    group.add(spinner.pid);
    spinners.push(spinner);
  }
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(spinners.map((spinner) => spinner[Symbol.asyncDispose]()));
      group.end();
    },
  };
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, command)));
}
