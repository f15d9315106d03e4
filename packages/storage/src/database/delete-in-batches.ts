/** Rows that one statement deletes at most: few enough not to hold locks, or to run into the time limit. */
const BATCH_ROWS = 5_000;

/** Repeats `deleteBatch`, which returns how many rows it deleted, until nothing is left. Returns the total. */
export async function deleteInBatches(
  deleteBatch: (maxRows: number) => Promise<number>,
): Promise<number> {
  for (let total = 0; ; ) {
    const deleted = await deleteBatch(BATCH_ROWS);
    total += deleted;
    if (deleted < BATCH_ROWS) return total;
  }
}
