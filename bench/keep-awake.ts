// Keeps a core from sleeping. It is put into a group that gives way to any other process at once.
// See `cores.ts`, `keepCoresAwake`.
import { endWithParent, say } from './peer-side.ts';

/** Short enough that the end of the parent is noticed, long enough that nothing else happens. */
const SLICE_MS = 5;

function spin(): void {
  const until = performance.now() + SLICE_MS;
  while (performance.now() < until);
  setImmediate(spin);
}

endWithParent();
say({ awake: true });
spin();
