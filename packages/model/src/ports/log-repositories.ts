import type { Execution } from '../entities/execution.ts';
import type { LogEntry, NewLogEntry } from '../entities/log-entry.ts';
import type { Page, PageQuery } from './page.ts';

/** A place in the feed of execution records. Total order: `transaction` first. */
export interface FeedPosition {
  readonly transaction: bigint;
  readonly sequence: bigint;
}

/** A record that was written. */
export interface ExecutionChange {
  readonly execution: Execution;
  readonly position: FeedPosition;
  /** Where the record stood when earlier parts of its run ended in a suspension, and how many results it had. */
  readonly parts: readonly { readonly position: FeedPosition; readonly results: number }[];
}

export interface ExecutionRepository {
  /**
   * Writes or overwrites the record. Resolves when it is durable. Calls of many runs are
   * committed together, so waiting costs little under load.
   */
  save(execution: Execution): Promise<void>;
  find(id: string): Promise<Execution | undefined>;
  /** The place in the feed from which on everything is new. */
  findHead(): Promise<FeedPosition>;
  /**
   * At most `take` records from a place in the feed on, in the order of the feed, and the place to go on
   * from: asking again and again misses no record of any replica and repeats none, except one that was
   * written again. A record appears when no transaction that is older than its own is under way any more.
   */
  listChanges(
    from: FeedPosition,
    take: number,
  ): Promise<{ readonly changes: readonly ExecutionChange[]; readonly next: FeedPosition }>;
  /** Deletes records older than `before`; returns how many. */
  deleteOlderThan(before: Date): Promise<number>;
}

export interface LogRepository {
  /** Appends entries. Resolves with their ids when durable; commits of many callers are grouped. */
  append(...entries: readonly NewLogEntry[]): Promise<readonly string[]>;
  find(logId: string): Promise<LogEntry | undefined>;
  /** Newest first. `type`, `userId`, `clientId`: exact. */
  list(
    query: PageQuery & {
      readonly type?: readonly string[];
      readonly userId?: string;
      readonly clientId?: string;
      /** Oldest first instead. */
      readonly ascending?: boolean;
    },
  ): Promise<Page<LogEntry>>;
  /** Checkpoint paging: at most `take` entries after `from`, oldest first. */
  listFrom(from: string, take: number): Promise<readonly LogEntry[]>;
  deleteOlderThan(before: Date): Promise<number>;
}
