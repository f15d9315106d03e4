import type { Execution } from '../entities/execution.ts';
import type { LogEntry, NewLogEntry } from '../entities/log-entry.ts';
import type { Page, PageQuery } from './page.ts';

export interface ExecutionRepository {
  /**
   * Writes or overwrites the record. Resolves when it is durable. Calls of many runs are
   * committed together, so waiting costs little under load.
   */
  save(execution: Execution): Promise<void>;
  find(id: string): Promise<Execution | undefined>;
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
