// Taken before any author's code runs, like everything that the runtime relies on.
const Bytes = globalThis.ArrayBuffer;

/** No address space has room for it; V8 permits one byte less than twice as many. */
const IMPOSSIBLE_BYTES = 2 ** 52;

/**
 * Collects what no longer lives, and gives the pages back: a process that ran a few thousand times keeps
 * tens of megabytes of dead objects otherwise, for as long as its tenant is idle.
 *
 * V8 collects all it can before it gives up on a buffer. Not with `--expose-gc`: authors' code would find
 * `gc` in every new context of `vm`, and that writes files past the permission model.
 */
export function giveBackMemory(): void {
  try {
    void new Bytes(IMPOSSIBLE_BYTES);
  } catch {
    // It is meant to fail; the memory has been given back by then.
  }
}
