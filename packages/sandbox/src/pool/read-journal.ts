import { FrameReader } from '../channel/frame.ts';
import { parseJournalEntry } from '../channel/parse-guest-message.ts';
import { type JournalEntry, MAX_JOURNAL_BYTES } from '../protocol.ts';

class EndOfJournal extends Error {}

/**
 * Reads what a dead guest had noted. It stops at the end mark and at the first thing that is no entry:
 * the guest may have died in the middle of a write, or its code may have written there.
 */
export function readJournal(bytes: Buffer): readonly JournalEntry[] {
  const entries: JournalEntry[] = [];
  const reader = new FrameReader(MAX_JOURNAL_BYTES, (frame) => {
    if (frame.length === 0) throw new EndOfJournal();
    entries.push(parseJournalEntry(JSON.parse(frame.toString('utf8'))));
  });
  try {
    reader.push(bytes);
  } catch {
    // What was read so far is what is known.
  }
  return entries;
}
