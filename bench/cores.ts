import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
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

/** How to start a command that runs only when nothing else wants its core. */
const AT_IDLE_PRIORITY: readonly string[] = ['chrt', '--idle', '0'];

/**
 * A virtual machine's core that has nothing to do is taken away, and giving it back costs more than
 * most of what is measured here; whether it happens depends on how long the pauses are. So the
 * cores are kept busy by processes that give way to everything else. Undefined where there is no
 * such priority.
 */
export async function keepCoresAwake(): Promise<AsyncDisposable | undefined> {
  if (!canPin || !isOnPath('chrt')) return undefined;
  const spinners: PeerProcess<unknown>[] = [];
  for (let core = 0; core < availableParallelism(); core++) {
    const prefix = [...AT_IDLE_PRIORITY, ...pinTo(core)];
    spinners.push(await startPeer('keep-awake.ts', { prefix }));
  }
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(spinners.map((spinner) => spinner[Symbol.asyncDispose]()));
    },
  };
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, command)));
}
