import type { MultifactorContext } from '@tessera/model';

/**
 * Runs `work` with a context whose writes all happen, or none when it rejects. What opens a transaction
 * within takes part in this one.
 */
export function inTransaction<T>(
  context: MultifactorContext,
  work: (context: MultifactorContext) => Promise<T>,
): Promise<T> {
  return context.store.transaction((tx) =>
    work({ ...context, store: { ...tx, transaction: (inner) => inner(tx) } }),
  );
}
