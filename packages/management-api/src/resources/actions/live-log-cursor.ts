import type { FeedPosition } from '@tessera/model';

/** How far a reader of a live log is: in the feed of execution records, and within one record. */
export interface LiveLogCursor {
  readonly position: FeedPosition;
  /** Events of the record at `position` that were told. */
  readonly events: number;
}

const FORMAT = /^(\d{1,19})-(\d{1,18})-(\d{1,9})$/;

/** The cursor as the `id` of an event. */
export function formatCursor({ position, events }: LiveLogCursor): string {
  return `${position.transaction}-${position.sequence}-${events}`;
}

/** Undefined for what was no `id` of ours. */
export function parseCursor(text: string): LiveLogCursor | undefined {
  const [, transaction, sequence, events] = FORMAT.exec(text) ?? [];
  if (transaction === undefined || sequence === undefined || events === undefined) return undefined;
  const position = { transaction: BigInt(transaction), sequence: BigInt(sequence) };
  return { position, events: Number(events) };
}

/** Negative when `a` comes before `b`, 0 when they are the same. */
export function comparePositions(a: FeedPosition, b: FeedPosition): number {
  const difference = a.transaction - b.transaction || a.sequence - b.sequence;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
