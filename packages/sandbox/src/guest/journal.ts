import { writeSync } from 'node:fs';
import type { ConsoleLine } from '@tessera/model';
import { JOURNAL_FD, LENGTH_BYTES, MAX_JOURNAL_BYTES } from '../protocol.ts';

const { stringify } = JSON;
const write = writeSync;

/** What one run notes about itself; see `Journal`. */
export interface RunJournal {
  noteStart(place: number, startedAtMs: number): void;
  noteLine(place: number, line: ConsoleLine): void;
  /** `resultJson`: a `WireResult`. Goes out with the next note: nothing of the author's runs in between. */
  noteEnd(place: number, resultJson: string): void;
  /** The run's results are about to be sent; its notes are worth nothing from here on. */
  close(): void;
}

/**
 * Facts that survive the guest. Writing to a file costs a microsecond and wakes nobody, where a frame
 * to the host would cost it a wake-up per action; and it works inside an endless loop.
 */
export interface Journal {
  openRun(run: number): RunJournal;
}

export function openJournal(): Journal {
  return new JournalFile();
}

class JournalFile implements Journal {
  /**
   * Runs under way: what a full file is started over with. No `Map`: V8 chains the tables that a busy map
   * outgrows, and each dead one kept a whole run alive until the next full collection.
   */
  readonly #runs: RunNotes[] = [];
  #bytes = Buffer.allocUnsafeSlow(16 * 1024);
  #position = 0;

  openRun(run: number): RunJournal {
    const notes = new RunNotes(run, this);
    this.#runs.push(notes);
    return notes;
  }

  remove(notes: RunNotes): void {
    const index = this.#runs.indexOf(notes);
    if (index !== -1) this.#runs.splice(index, 1);
    if (this.#runs.length === 0) this.#position = 0;
  }

  append(first: string, second: string): void {
    if (this.#write(first, second)) return;
    this.#position = 0;
    for (const { entries } of this.#runs) for (const entry of entries) this.#write('', entry);
  }

  /** False when the entries do not fit any more. */
  #write(first: string, second: string): boolean {
    // No character of UTF-16 takes more than three bytes of UTF-8.
    const room = 3 * (first.length + second.length) + 3 * LENGTH_BYTES;
    if (this.#position + room > MAX_JOURNAL_BYTES) return false;
    if (room > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(room);
    let end = first === '' ? 0 : this.#encode(first, 0);
    end = this.#encode(second, end);
    // The zero length ends the journal; the next entry overwrites it.
    this.#bytes.writeUInt32LE(0, end);
    try {
      write(JOURNAL_FD, this.#bytes, 0, end + LENGTH_BYTES, this.#position);
      this.#position += end;
    } catch {
      // A full disk must not end a run; only a death would then be told with fewer facts.
    }
    return true;
  }

  #encode(entry: string, at: number): number {
    const length = this.#bytes.write(entry, at + LENGTH_BYTES, 'utf8');
    this.#bytes.writeUInt32LE(length, at);
    return at + LENGTH_BYTES + length;
  }
}

class RunNotes implements RunJournal {
  readonly entries: string[] = [];
  readonly #run: number;
  readonly #file: JournalFile;
  #heldBack = '';

  constructor(run: number, file: JournalFile) {
    this.#run = run;
    this.#file = file;
  }

  noteStart(place: number, startedAtMs: number): void {
    this.#append(`{"r":${this.#run},"a":${place},"s":${startedAtMs}}`);
  }

  noteLine(place: number, line: ConsoleLine): void {
    this.#append(`{"r":${this.#run},"a":${place},"l":${stringify(line)}}`);
  }

  noteEnd(place: number, resultJson: string): void {
    this.#heldBack = `{"r":${this.#run},"a":${place},"e":${resultJson}}`;
  }

  close(): void {
    this.#file.remove(this);
  }

  #append(entry: string): void {
    const heldBack = this.#heldBack;
    this.#heldBack = '';
    if (heldBack !== '') this.entries.push(heldBack);
    this.entries.push(entry);
    this.#file.append(heldBack, entry);
  }
}
