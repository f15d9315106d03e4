import type { RunRequest } from '@tessera/model';
import { action } from './sandbox-runner.ts';

/** An action that says when it began, and goes on when the test lets it. */
export interface Gate {
  /** Pass as the run's option. */
  readonly onHostCall: NonNullable<RunRequest['onHostCall']>;
  /** Resolves when `count` runs stand at the gate. */
  waitFor(count: number): Promise<void>;
  open(): void;
}

export const GATED = action(
  `console.log('entered'); await api.cache.get('gate'); console.log('left');`,
);

export function createGate(): Gate {
  const opened = Promise.withResolvers<null>();
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let entered = 0;
  return {
    onHostCall() {
      entered += 1;
      for (const { count, resolve } of waiting) if (entered >= count) resolve();
      return opened.promise;
    },
    waitFor(count) {
      if (entered >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    open: () => opened.resolve(null),
  };
}
