import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Files and directories of one process, wherever it keeps them: each costs memory of the kernel or the disk. */
const MAX_TMP_FILES = 2_000;

export interface DiskGaugeOptions {
  /** The guest's process; its own directory in memory is looked at through it. */
  readonly pid: number | undefined;
  /** Its directory on the machine, at levels that have one. */
  readonly tmpDir: string | undefined;
  readonly maxBytes: number;
}

/**
 * Says what a guest's temporary directory holds too much of; undefined when it does not, or when the
 * machine does not tell. The kernel limits one file, or the bytes of a directory in memory; neither
 * limits how many files there are.
 */
export function describeDiskExcess(options: DiskGaugeOptions): string | undefined {
  const { pid, tmpDir, maxBytes } = options;
  let count: DiskCount | undefined;
  try {
    count = tmpDir === undefined ? countInMemory(pid) : countOnDisk(tmpDir, maxBytes);
  } catch {
    return 'directories that cannot be read';
  }
  if (count === undefined) return undefined;
  if (count.files > MAX_TMP_FILES) return `more than ${MAX_TMP_FILES} files`;
  return count.bytes > maxBytes ? `more than ${maxBytes} bytes of files` : undefined;
}

interface DiskCount {
  readonly files: number;
  readonly bytes: number;
}

function countInMemory(pid: number | undefined): DiskCount | undefined {
  if (pid === undefined) return undefined;
  try {
    const { files, ffree } = statfsSync(`/proc/${pid}/root/tmp`);
    // Its bytes are limited by the kernel.
    return { files: files - ffree, bytes: 0 };
  } catch {
    return undefined;
  }
}

/** Stops as soon as there is too much. What cannot be read is too much: an honest guest makes no such thing. */
function countOnDisk(tmpDir: string, maxBytes: number): DiskCount {
  const count = { files: 0, bytes: 0 };
  const directories = [tmpDir];
  for (let at = directories.pop(); at !== undefined; at = directories.pop()) {
    for (const entry of listEntries(at)) {
      const path = join(at, entry.name);
      count.files += 1;
      if (entry.isDirectory()) directories.push(path);
      else count.bytes += measure(path);
      if (count.files > MAX_TMP_FILES || count.bytes > maxBytes) return count;
    }
  }
  return count;
}

function listEntries(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function measure(path: string): number {
  try {
    // Blocks, not the length: a file with holes takes less than it says.
    return lstatSync(path).blocks * 512;
  } catch (error) {
    if (isGone(error)) return 0;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
