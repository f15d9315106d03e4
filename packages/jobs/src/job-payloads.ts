import { AppError, type Job, type JsonObject, type RequestFacts } from '@tessera/model';
import { z } from 'zod';

/** JSON bytes of one job. An event is a few kB; this much is a mistake or an attack. */
export const MAX_JOB_BYTES = 1024 * 1024;

const id = z.string().min(1).max(200);

/** The event was JSON when it was stored; what is in it is the trigger's to judge. */
const event = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

const jobSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('run-trigger'),
    tenantId: id,
    triggerId: id,
    executionId: id,
    event,
  }),
  z.strictObject({
    kind: z.literal('build-draft'),
    tenantId: id,
    actionId: id,
    draftRevision: z.int().min(0),
  }),
  z.strictObject({ kind: z.literal('build-version'), tenantId: id, actionId: id, versionId: id }),
  z.strictObject({ kind: z.literal('build-module'), tenantId: id, moduleId: id, versionId: id }),
  z.strictObject({ kind: z.literal('import-users'), tenantId: id, jobId: id }),
  z.strictObject({
    kind: z.literal('request-password-reset'),
    tenantId: id,
    baseUrl: z.url(),
    connectionId: id,
    clientId: id.optional(),
    identifier: z.string().max(320),
    codeKey: id.optional(),
    request: z.custom<RequestFacts>(
      (value) => typeof value === 'object' && value !== null && 'ip' in value,
    ),
  }),
  z.strictObject({ kind: z.literal('send-message'), tenantId: id, messageId: id }),
]);

/** What a worker makes of a stored payload. The reason names members, never values. */
type ParsedJob =
  | { readonly kind: 'valid'; readonly job: Job }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Reads a payload at the worker's door: another release may have written it. */
export function parseJob(payload: unknown): ParsedJob {
  const parsed = jobSchema.safeParse(payload);
  if (parsed.success) return { kind: 'valid', job: parsed.data };
  const members = parsed.error.issues.map(
    ({ path, code }) => `${path.join('.') || 'job'}: ${code}`,
  );
  return { kind: 'invalid', reason: `Malformed job (${members.slice(0, 5).join(', ')})` };
}

/** Rejects with `payload_too_large` what no queue should carry. */
export function checkJobSize(job: Job): void {
  const bytes = Buffer.byteLength(JSON.stringify(job));
  if (bytes <= MAX_JOB_BYTES) return;
  const subject =
    job.kind === 'run-trigger' ? `event of trigger "${job.triggerId}"` : `job "${job.kind}"`;
  throw new AppError(
    'payload_too_large',
    `The ${subject} has ${bytes} bytes (limit ${MAX_JOB_BYTES})`,
  );
}

/** What a log line may say about a job: ids, never the event. */
export function describeJob(job: Job): Readonly<Record<string, string | number>> {
  switch (job.kind) {
    case 'run-trigger': {
      const { kind, tenantId, triggerId, executionId } = job;
      return { kind, tenantId, triggerId, executionId };
    }
    case 'build-draft':
    case 'build-version':
    case 'build-module':
    case 'import-users':
    case 'send-message':
      return { ...job };
    case 'request-password-reset': {
      const { kind, tenantId, connectionId } = job;
      return { kind, tenantId, connectionId };
    }
  }
}
