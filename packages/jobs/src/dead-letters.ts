import type { Job } from '@tessera/model';
import type { JobWithMetadata, PgBoss } from 'pg-boss';
import { z } from 'zod';
import { describeJob, parseJob } from './job-payloads.ts';
import { deadLetterQueue, JOB_KINDS } from './job-queues.ts';

/** A job that was given up. Holds ids and the last error, never the event. */
export interface DeadLetter {
  readonly id: string;
  readonly kind: Job['kind'];
  /** Ids of the job: tenant, execution, action, version. Empty when it could not be read. */
  readonly subject: Readonly<Record<string, string | number>>;
  /** Times it was run. */
  readonly attempts: number;
  /** Message of the last error; `job heartbeat timeout` when the worker died. */
  readonly reason: string;
  readonly enqueuedAt: Date;
  readonly failedAt: Date;
}

export interface DeadLetterQuery {
  readonly kind?: Job['kind'];
  /** Newest first; at most 500, default 100. */
  readonly limit?: number;
}

const MAX_LIMIT = 500;

const rowSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  subject: z.record(z.string(), z.unknown()),
  attempts: z.coerce.number(),
  reason: z.string().nullable(),
  enqueued_at: z.date().nullable(),
  failed_at: z.date(),
});

/**
 * Reads dead letters without their events. The queue's own way loads every payload there is, so this
 * asks its table; `schema` is checked when the queue is opened.
 */
export async function listDeadLetters(
  boss: PgBoss,
  schema: string,
  { kind, limit = 100 }: DeadLetterQuery,
): Promise<readonly DeadLetter[]> {
  const queues = (kind === undefined ? JOB_KINDS : [kind]).map(deadLetterQueue);
  const { rows } = await boss.getDb().executeSql(
    `SELECT id, name, CASE WHEN jsonb_typeof(data) = 'object' THEN data - 'event' ELSE '{}' END AS subject, coalesce(source_retry_count, 0) + 1 AS attempts,
       coalesce(source_output -> 'value' ->> 'message', source_output ->> 'message') AS reason,
       source_created_on AS enqueued_at, created_on AS failed_at
     FROM ${schema}.job WHERE name = ANY($1) ORDER BY created_on DESC, id LIMIT $2`,
    [queues, Math.min(limit, MAX_LIMIT)],
  );
  return rows.map((row) => {
    const { id, name, subject, attempts, reason, enqueued_at, failed_at } = rowSchema.parse(row);
    return {
      id,
      kind: kindOf(name),
      subject: readSubject({ ...subject, event: {} }),
      attempts,
      reason: reason ?? 'unknown',
      enqueuedAt: enqueued_at ?? failed_at,
      failedAt: failed_at,
    };
  });
}

/** The letter that a dead-letter queue delivers. */
export function readDeadLetter(stored: JobWithMetadata<unknown>): DeadLetter {
  return {
    id: stored.id,
    kind: kindOf(stored.name),
    subject: readSubject(stored.data),
    attempts: (stored.sourceRetryCount ?? 0) + 1,
    reason: readReason(stored.sourceOutput),
    enqueuedAt: stored.sourceCreatedOn ?? stored.createdOn,
    failedAt: stored.createdOn,
  };
}

function kindOf(queue: string): Job['kind'] {
  const kind = JOB_KINDS.find((candidate) => deadLetterQueue(candidate) === queue);
  if (kind === undefined) throw new Error(`"${queue}" is no dead-letter queue`);
  return kind;
}

function readSubject(payload: unknown): DeadLetter['subject'] {
  const parsed = parseJob(withoutForeignEvent(payload));
  return parsed.kind === 'valid' ? describeJob(parsed.job) : {};
}

/** Only one kind of job has an event. */
function withoutForeignEvent(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('kind' in payload)) return payload;
  if (payload.kind === 'run-trigger') return payload;
  return Object.fromEntries(Object.entries(payload).filter(([member]) => member !== 'event'));
}

const reasonSchema = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ value: z.object({ message: z.string() }) }).transform(({ value }) => value.message),
]);

/** Handlers' errors are stored as they are, the queue's own below `value`. */
function readReason(output: unknown): string {
  const reason = reasonSchema.safeParse(output);
  return reason.success ? reason.data : 'unknown';
}
