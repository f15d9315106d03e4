import type { JsonValue } from '../json.ts';

/** One line that an action wrote to its console. Secrets' values are masked. */
export interface ConsoleLine {
  readonly level: 'log' | 'info' | 'warn' | 'error' | 'debug';
  /** ISO 8601 with milliseconds. */
  readonly time: string;
  readonly message: string;
}

/** One outbound connection or request of an action, as the egress broker saw it. */
export interface OutboundRequest {
  readonly method?: string;
  readonly host: string;
  readonly port: number;
  /** HTTP status where the broker or guest could see it. */
  readonly status?: number;
  readonly durationMs: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Why the broker refused or the connection failed, e.g. `EACCES: 10.0.0.1 is a private address`. */
  readonly error?: string;
}

/** An error of an action. `stack`, `line` and `column` are in the author's source. */
export interface GuestError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly line?: number;
  readonly column?: number;
}

/** What an action asked for: the method behind `api`, and its arguments. */
export interface RecordedCommand {
  readonly method: string;
  readonly args: readonly JsonValue[];
}

/** Limits of a run that can end it. */
export type RunLimit = 'time' | 'memory' | 'output' | 'process';

interface ActionResultBase {
  readonly actionId: string;
  readonly actionName: string;
  readonly versionId: string;
  readonly versionNumber: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly commands: readonly RecordedCommand[];
  readonly logs: readonly ConsoleLine[];
  readonly requests: readonly OutboundRequest[];
}

/**
 * How one action of a run ended. Everything a guest can do is a value here; only host bugs throw.
 * Actions after one that failed, exceeded a limit, denied or suspended did not start and are absent.
 */
export type ActionResult = ActionResultBase &
  (
    | { readonly kind: 'completed' }
    /** The action does not export the handler of this trigger. */
    | { readonly kind: 'skipped' }
    | { readonly kind: 'failed'; readonly error: GuestError }
    | { readonly kind: 'limit-exceeded'; readonly limit: RunLimit; readonly error: GuestError }
  );

export type ExecutionStatus =
  | 'unspecified'
  | 'pending'
  | 'final'
  | 'partial'
  | 'canceled'
  | 'suspended';

/** The record of one run of a trigger. */
export interface Execution {
  /** base64 of a 16-byte random id followed by the day as `YYYYMMDD`; see `createExecutionId`. */
  readonly id: string;
  readonly triggerId: string;
  readonly status: ExecutionStatus;
  readonly results: readonly ActionResult[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
