import { copyFile, open, stat, truncate } from 'node:fs/promises';

/** Size at which the log is moved to `postgres.log.1`, in bytes. Both together are the most it takes. */
const MAX_LOG_BYTES = 5 * 1024 * 1024;
const CHECK_INTERVAL_MS = 60_000;

/**
 * Moves a log that grew too long to `<file>.1`. Copied and cut, not renamed: the running server keeps
 * appending to the file it has open.
 */
export async function rotateLog(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size < MAX_LOG_BYTES) return;
  await copyFile(file, `${file}.1`);
  await truncate(file, 0);
}

/** Keeps rotating; returns the way to stop. */
export function keepRotating(file: string): () => void {
  const timer = setInterval(() => {
    // A full disk must not end the process; the next round tries again.
    rotateLog(file).catch(() => undefined);
  }, CHECK_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Lines that the server wrote since `offset` (bytes); at most the last 8 kB. */
export async function readLogFrom(file: string, offset: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(offset, size - 8_192, 0);
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(8_192),
      position: start,
    });
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await handle.close();
  }
}
