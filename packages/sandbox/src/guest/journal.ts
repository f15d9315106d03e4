import { writeSync } from 'node:fs';
import { JOURNAL_FD, type JournalEntry, LENGTH_BYTES, MAX_JOURNAL_BYTES } from '../protocol.ts';

const { stringify } = JSON;
const write = writeSync;
const END = Buffer.alloc(LENGTH_BYTES);

/**
 * Facts that survive the guest. Writing to a file costs a microsecond and wakes nobody, where a frame
 * to the host would cost it a wake-up per action; and it works inside an endless loop.
 */
export interface Journal {
  append(entry: JournalEntry): void;
  /** Forgets a run whose results are about to be sent. */
  endRun(run: number): void;
}

export function openJournal(): Journal {
  /** Entries of the runs under way: what a full file is started over with. */
  const runs = new Map<number, Buffer[]>();
  let position = 0;

  const writeAt = (bytes: Buffer) => {
    // The end mark is overwritten by the next entry.
    if (position + bytes.length + END.length > MAX_JOURNAL_BYTES) return false;
    try {
      write(JOURNAL_FD, bytes, 0, bytes.length, position);
    } catch {
      // A full disk must not end a run; only a death would then be told with fewer facts.
      return false;
    }
    position += bytes.length - END.length;
    return true;
  };
  const startOver = () => {
    position = 0;
    for (const entries of runs.values()) for (const bytes of entries) writeAt(bytes);
  };

  return {
    append(entry) {
      const bytes = encodeEntry(entry);
      const entries = runs.get(entry.r);
      if (entries === undefined) runs.set(entry.r, [bytes]);
      else entries.push(bytes);
      if (!writeAt(bytes)) startOver();
    },
    endRun(run) {
      runs.delete(run);
      if (runs.size === 0) position = 0;
    },
  };
}

function encodeEntry(entry: JournalEntry): Buffer {
  const json = stringify(entry);
  const length = Buffer.byteLength(json);
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + length + END.length);
  bytes.writeUInt32LE(length, 0);
  bytes.write(json, LENGTH_BYTES, length, 'utf8');
  bytes.writeUInt32LE(0, LENGTH_BYTES + length);
  return bytes;
}
