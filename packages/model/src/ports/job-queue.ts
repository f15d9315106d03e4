import type { JsonObject } from '../json.ts';
import type { RequestFacts } from './http.ts';
import type { CancelSignal } from './platform.ts';
import type { SqlTransaction } from './sql-transaction.ts';

/** Work that outlives the request. */
export type Job =
  /** Runs an asynchronous trigger. `executionId` is chosen at enqueueing, so logs can name it. */
  | {
      readonly kind: 'run-trigger';
      readonly tenantId: string;
      readonly triggerId: string;
      readonly executionId: string;
      readonly event: JsonObject;
    }
  /** Builds the draft of an action. */
  | {
      readonly kind: 'build-draft';
      readonly tenantId: string;
      readonly actionId: string;
      readonly draftRevision: number;
    }
  /** Builds a version that was deployed at creation. */
  | {
      readonly kind: 'build-version';
      readonly tenantId: string;
      readonly actionId: string;
      readonly versionId: string;
    }
  /** Builds a published module version alone: pins its dependencies and finds what is wrong with it. */
  | {
      readonly kind: 'build-module';
      readonly tenantId: string;
      readonly moduleId: string;
      readonly versionId: string;
    }
  /** Imports users that the management API has accepted. */
  | { readonly kind: 'import-users'; readonly tenantId: string; readonly jobId: string }
  /**
   * Somebody forgot a password: finds out whose it is and sends the way to a new one. Behind the answer,
   * which thus knows nothing of who has an account.
   */
  | {
      readonly kind: 'request-password-reset';
      readonly tenantId: string;
      readonly baseUrl: string;
      readonly connectionId: string;
      readonly clientId?: string | undefined;
      readonly identifier: string;
      /** Key under which the page that asked waits for a code; absent: a link is sent. */
      readonly codeKey?: string | undefined;
      readonly request: RequestFacts;
    }
  /** Sends a message of the outbox. */
  | { readonly kind: 'send-message'; readonly tenantId: string; readonly messageId: string };

export interface JobQueue {
  /** Resolves when the job is durable. With `transaction`, it exists exactly when that commits. */
  enqueue(job: Job, options?: { readonly transaction?: SqlTransaction }): Promise<void>;
}

/** What a worker gets besides the job: which attempt this is. */
export interface JobAttempt {
  /** 1 for the first. */
  readonly attempt: number;
  readonly isLast: boolean;
  readonly signal: CancelSignal;
}

/** Handles one kind of job; a rejection means retry with backoff, in the end the dead-letter queue. */
export type JobHandlers = {
  readonly [K in Job['kind']]: (
    job: Extract<Job, { kind: K }>,
    attempt: JobAttempt,
  ) => Promise<void>;
};
