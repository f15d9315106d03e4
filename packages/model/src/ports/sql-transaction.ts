/**
 * A connection that statements of one transaction run on. Opaque to callers: it is handed from the
 * store to the job queue, so that a job exists exactly when the transaction commits.
 */
export interface SqlTransaction {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}
