import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const statm = Buffer.alloc(128);
/** The kernel reports in hundredths of a second, whatever it counts in. */
const TICK_MS = 10;

/** Reads what one process uses, cheaply enough to do it every few milliseconds. */
export interface ProcessGauge {
  /** Resident bytes that are not files; undefined when the machine does not tell or the process is gone. */
  readPrivateBytes(): number | undefined;
  /** Processor time that all its threads have used; undefined as above. In milliseconds. */
  readCpuMs(): number | undefined;
  close(): void;
}

export function openProcessGauge(pid: number | undefined): ProcessGauge {
  const pageBytes = readPageBytes();
  let fd: number | undefined;
  try {
    fd = pid === undefined ? undefined : openSync(`/proc/${pid}/statm`, 'r');
  } catch {
    // No /proc: the heap's own limit has to do.
  }
  return {
    readPrivateBytes() {
      if (fd === undefined) return undefined;
      try {
        const length = readSync(fd, statm, 0, statm.length, 0);
        const [, resident, shared] = statm.toString('latin1', 0, length).split(' ');
        return (Number(resident) - Number(shared)) * pageBytes;
      } catch {
        return undefined;
      }
    },
    readCpuMs() {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
        // The name in parentheses may hold anything; the fields after it are counted from the third.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
      } catch {
        return undefined;
      }
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

let knownPageBytes: number | undefined;

/** The kernel counts in pages of 4, 16 or 64 kB; our own size in pages and in kB tells which. */
function readPageBytes(): number {
  if (knownPageBytes !== undefined) return knownPageBytes;
  try {
    const pages = Number(readFileSync('/proc/self/statm', 'latin1').split(' ')[1]);
    const kilobytes = Number(
      /^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1],
    );
    const ratio = (kilobytes * 1024) / pages;
    knownPageBytes = [4_096, 16_384, 65_536].find((size) => ratio < size * 2) ?? 4_096;
  } catch {
    knownPageBytes = 4_096;
  }
  return knownPageBytes;
}
