import { readdirSync, statSync } from 'node:fs';
import type { Slot } from '../levels/launch.ts';
import type { RuntimeDir } from '../runtime-dir.ts';

/** Users that no distribution gives to people or services. */
const FIRST_IDENTITY = 61_184;
const LAST_IDENTITY = 64_999;

export interface SlotPoolOptions {
  readonly runtimeDir: RuntimeDir;
  readonly canChangeUser: boolean;
  readonly needsTmpDir: boolean;
}

/**
 * Hands out what a process has for itself alone: a user, so that guests cannot signal or trace each
 * other whatever else fails, and a temporary directory where the level takes one of the machine's.
 */
export class SlotPool {
  readonly #options: SlotPoolOptions;
  readonly #free: number[];

  constructor(options: SlotPoolOptions) {
    this.#options = options;
    this.#free = options.canChangeUser ? listFreeIdentities() : [];
  }

  acquire(): Slot {
    const { canChangeUser, needsTmpDir, runtimeDir } = this.#options;
    const identity = this.#free.pop();
    if (canChangeUser && identity === undefined)
      throw new Error('No unprivileged user is left for another process.');
    return {
      ...(identity === undefined ? {} : { identity }),
      ...(needsTmpDir ? { tmpDir: runtimeDir.createTmpDir(identity) } : {}),
    };
  }

  /** Only when no process of the slot is left. */
  release(slot: Slot): void {
    if (slot.tmpDir !== undefined) this.#options.runtimeDir.removeTmpDir(slot.tmpDir);
    if (slot.identity !== undefined) this.#free.unshift(slot.identity);
  }
}

/** Leaves out users of running processes, e.g. of another server on this machine; starts at a random place. */
function listFreeIdentities(): number[] {
  const taken = new Set<number>();
  for (const name of readdirSync('/proc')) {
    try {
      if (/^\d+$/.test(name)) taken.add(statSync(`/proc/${name}`).uid);
    } catch {
      // It ended while we looked.
    }
  }
  const count = LAST_IDENTITY - FIRST_IDENTITY + 1;
  const start = Math.floor(Math.random() * count);
  const all = Array.from(
    { length: count },
    (_, index) => FIRST_IDENTITY + ((start + index) % count),
  );
  return all.filter((identity) => !taken.has(identity));
}
