import { BuildCancelledError } from './spawn-build.ts';

/** A bound on work that runs at once. Waiters go first come, first served. */
interface Slots {
  /** Resolves with the way to give the slot back; rejects when `signal` fires while waiting. */
  acquire(signal: AbortSignal): Promise<() => void>;
}

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async acquire(signal) {
      if (free > 0) {
        free -= 1;
        return release;
      }
      await new Promise<void>((resolve, reject) => {
        const start = (): void => resolve();
        waiting.push(start);
        signal.addEventListener('abort', () => {
          const place = waiting.indexOf(start);
          // Not among the waiting: it has its slot and gives it back itself.
          if (place < 0) return;
          waiting.splice(place, 1);
          reject(new BuildCancelledError());
        });
      });
      return release;
    },
  };
}
